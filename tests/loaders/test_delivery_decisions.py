"""A person decides while a delivery runs: what was put aside is not sent, what a person is asked waits."""

# ruff: noqa: F811 - fixtures of the deliveries' own tests

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from connections.connection import Connection
from connections.decisions import Act, decide
from connections.warehouse import rows, session
from loaders.base import Intent, NotSent, Present, Sent
from tests.loaders.test_delivery import Shelf, outbound, posting, run, writes  # noqa: F401


class WatchedShelf(Shelf):
    """Between the look-up and the sending, `meanwhile` is called."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Any = lambda: None

    def present(self, client: Any, intents: Sequence[Intent]) -> Mapping[str, Present]:
        found = super().present(client, intents)
        self.meanwhile()
        return found


class ShyShelf(Shelf):
    """A target that cannot be asked: it takes a thing, and its answer is lost."""

    def present(self, client: Any, intents: Sequence[Intent]) -> Mapping[str, Present]:
        return {}

    def send(
        self, client: Any, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        super().send(client, intents, present)
        return {intent.key: NotSent("unknown", "needs_person", "it may be there") for intent in intents}


def decide_on(warehouse: Connection, key: str, act: Act) -> None:
    with session(warehouse) as opened:
        (row,) = rows(opened, "select write_id from sync.writes where key = %s and is_current", [key])
        decide(opened, row["write_id"], act, who="anna", why="she knows")


def test_put_aside_between_look_up_and_sending(
    outbound: Any, run: Any, writes: Any, warehouse: Connection
) -> None:
    shelf = WatchedShelf()
    outbound(posting("a"), posting("b"))

    def meanwhile() -> None:
        shelf.meanwhile = lambda: None
        decide_on(warehouse, "a", "waive")

    shelf.meanwhile = meanwhile
    run(shelf)
    assert shelf.effects == {"b": 1}
    assert {key: status for key, (status, _) in writes().items()} == {"a": "waived", "b": "confirmed"}
    run(shelf)
    assert shelf.effects == {"b": 1}, "and later not either"
    decide_on(warehouse, "a", "retry")
    run(shelf)
    assert shelf.effects == {"a": 1, "b": 1}


def test_what_is_unknown_and_put_aside_during_its_look_up_is_not_planned_again(
    outbound: Any, run: Any, writes: Any, warehouse: Connection
) -> None:
    shelf = WatchedShelf()
    outbound(posting("a"))
    run(shelf)
    shelf.things.clear()
    with session(warehouse) as opened:
        opened.execute("update sync.writes set status = 'unknown', reason_class = 'retry'")

    def meanwhile() -> None:
        shelf.meanwhile = lambda: None
        decide_on(warehouse, "a", "waive")

    shelf.meanwhile = meanwhile
    run(shelf)
    assert shelf.effects == {"a": 1}
    assert writes()["a"][0] == "waived"


@pytest.mark.parametrize(("act", "effects", "status"), [("done", 1, "confirmed"), ("not_done", 2, "unknown")])
def test_what_nobody_can_look_up_waits_until_a_person_says(
    outbound: Any, run: Any, writes: Any, warehouse: Connection, act: Act, effects: int, status: str
) -> None:
    shelf = ShyShelf()
    outbound(posting("a"))
    for _ in range(3):
        run(shelf)
        assert shelf.effects == {"a": 1}
        assert writes()["a"] == ("unknown", "needs_person")
    decide_on(warehouse, "a", act)
    for _ in range(2):
        run(shelf)
    assert shelf.effects == {"a": effects}
    assert writes()["a"][0] == status


def test_a_refused_row_tried_again_is_sent_once(
    outbound: Any, run: Any, writes: Any, warehouse: Connection
) -> None:
    shelf = Shelf()
    shelf.refuses = {"a"}
    outbound(posting("a"))
    run(shelf)
    shelf.refuses = set()
    assert run(shelf).planned == 0
    decide_on(warehouse, "a", "retry")
    for _ in range(2):
        run(shelf)
    assert shelf.effects == {"a": 1}
    assert writes()["a"] == ("confirmed", None)
