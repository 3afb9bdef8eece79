"""A label is bought once, whatever fails and whoever dies."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Unavailable
from tests.contract.conftest import connection_of
from tests.loaders.crashes import dying
from tests.loaders.post import Post, label

NUMBERS = itertools.count(50_000)
KINDS = [("json", True), ("json", False), ("xml", True), ("xml", False)]


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as running:
        running.act("canadapost", "limit", "shipments", most=100_000)
        yield running


@pytest.fixture(params=KINDS, ids=["json", "json-plain", "xml", "xml-plain"])
def post(
    world: sandbox.World, module_warehouse: Connection, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Post]:
    dialect, is_contract = request.param
    given = connection_of("canadapost", world.connections["canadapost"])
    opened = Post(given, module_warehouse, tmp_path / "files", dialect)
    opened.forget()
    opened.is_contract = is_contract  # type: ignore[attr-defined]
    yield opened
    world.clear_faults()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client waits longer than half a second for an answer."""
    original = httpx.Client.__init__

    def impatient(self: httpx.Client, **options: object) -> None:
        original(self, **{**options, "timeout": httpx.Timeout(0.5)})  # type: ignore[arg-type]

    monkeypatch.setattr(httpx.Client, "__init__", impatient)


def wanted(post: Post) -> str:
    name = f"woocommerce:{next(NUMBERS)}:1:1"
    post.want("labels", name, label(name, is_contract=post.is_contract))  # type: ignore[attr-defined]
    return name


def labels_of(world: sandbox.World, name: str) -> int:
    return int(world.truth["canadapost"]["references"].get(name, 0))


@pytest.mark.parametrize(
    "fault", ["timeout_after", "500_after", "cut_body", "malformed_json", "dead", "500_before"]
)
def test_an_answer_that_does_not_come(post: Post, world: sandbox.World, fault: str) -> None:
    name = wanted(post)
    world.fault("canadapost", fault, method="POST", path="shipment", seconds=2)
    post.deliver()
    assert post.write("label", name)["status"] in ("unknown", "confirmed")
    post.deliver()
    assert post.write("label", name)["status"] == "confirmed"
    post.deliver()
    assert labels_of(world, name) == 1


def test_a_file_that_does_not_come_is_fetched_later(post: Post, world: sandbox.World) -> None:
    name = wanted(post)
    world.fault("canadapost", "dead", times=3, method="GET", path="artifact")
    post.deliver()
    assert post.write("label", name)["status"] == "unknown"
    post.deliver()
    found = post.write("label", name)
    assert found["status"] == "confirmed" and labels_of(world, name) == 1
    assert post.storage.get(found["read_back"]["document_path"]).startswith(b"%PDF-")


def test_throttled_between_labels(post: Post, world: sandbox.World) -> None:
    names = [wanted(post) for _ in range(3)]
    world.act("canadapost", "limit", "shipments", most=0)
    try:
        with pytest.raises(Unavailable, match="SLM"):
            post.deliver()
    finally:
        world.act("canadapost", "limit", "shipments", most=100_000)
    assert {post.write("label", name)["status"] for name in names} == {"planned"}
    post.deliver()
    assert [labels_of(world, name) for name in names] == [1, 1, 1]


def test_two_deliveries_at_once(post: Post, world: sandbox.World) -> None:
    name = wanted(post)
    threads = [threading.Thread(target=post.deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert post.write("label", name)["status"] == "confirmed" and labels_of(world, name) == 1


@pytest.mark.parametrize("post", [("json", True), ("xml", False)], indirect=True, ids=["json", "xml-plain"])
def test_death_at_any_step(post: Post, world: sandbox.World) -> None:
    """The process dies before its n-th statement, commit, request or answer, every fourth n."""
    for last in itertools.count(1, 4):
        name = wanted(post)
        with dying(last) as steps:
            post.deliver()
        post.deliver()
        assert labels_of(world, name) == 1, f"after {last} steps"
        assert post.write("label", name)["status"] == "confirmed", f"after {last} steps"
        if not steps.is_dead:
            break
    assert last > 20
