"""axe-core finds nothing, in any state, language or size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.portal import states
from tests.portal.conftest import SIZES
from tests.portal.states import path_to

Axe = Callable[..., list[str]]


@pytest.mark.parametrize("state", list(states.STATES))
def test_axe_finds_nothing(pages_url: str, axe: Axe, state: str) -> None:
    looked_at = [
        (language, size, axe(f"{pages_url}{path_to(state)}?lang={language}", size))
        for language in ("en", "fr")
        for size in SIZES
    ]
    assert len(looked_at) == 4
    assert [look for look in looked_at if look[2]] == []


@pytest.mark.parametrize("said", ["thanks", "outdated", "closed"])
def test_axe_finds_nothing_after_an_answer(pages_url: str, axe: Axe, said: str) -> None:
    assert axe(f"{pages_url}{path_to('answered')}?said={said}") == []


@pytest.mark.parametrize("size", list(SIZES))
def test_axe_finds_nothing_on_the_page_that_shows_nothing(pages_url: str, axe: Axe, size: str) -> None:
    assert axe(f"{pages_url}/o/made-up", size) == []


def test_axe_itself_would_find_something(serve: Callable[..., str], axe: Axe) -> None:
    async def bad(_scope: Any, _receive: Any, send: Any) -> None:
        body = b"<!doctype html><html><title>x</title><img src='data:,'><input></html>"
        head = {"status": 200, "headers": [(b"content-type", b"text/html")]}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": body})

    found = " ".join(axe(serve(bad, lifespan="off")))
    assert "html-has-lang" in found and "image-alt" in found and "label" in found
