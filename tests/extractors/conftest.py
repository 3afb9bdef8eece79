"""Landing a stand-in's records in a warehouse of the test's own, and looking at what landed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connections.connection import Connection
from connections.http import Http
from connections.warehouse import ensure_raw_tables, rows, session
from counterflow import systems
from extractors.base import ResourceCount, extract
from sandbox import World


@pytest.fixture
def lands(warehouse: Connection) -> Any:
    """Land a system of a world; the counts by resource. `login` and such replace fields of its connection."""
    with session(warehouse) as opened:
        for extractor in systems.EXTRACTORS:
            ensure_raw_tables(
                opened, extractor.system, sorted({item.lands_in for item in extractor.resources})
            )

    def land(world: World, system: str, **changes: Any) -> dict[str, ResourceCount]:
        census = changes.pop("census", False)
        connection = _connection_to(world, system, **changes)
        found = extract(systems.extractor(system), connection, warehouse, "run", census=census)
        return {count.resource: count for count in found}

    return land


@pytest.fixture
def connection_to() -> Callable[..., Connection]:
    """The way to a system of a world, without our own pace."""
    return _connection_to


def _connection_to(world: World, system: str, **changes: Any) -> Connection:
    fields = json.loads(world.connections[system])
    fields.pop("conn_type")
    fields["extra"]["requests_per_second"] = 1000
    return Connection.from_fields(system, **{**fields, **changes})


@pytest.fixture
def everything() -> Callable[[Connection, str], dict[str, dict[str, Any]]]:
    """All that is landed of a system: payloads by key, by table."""
    return _everything


def _everything(warehouse: Connection, system: str) -> dict[str, dict[str, Any]]:
    found = {}
    with session(warehouse) as opened:
        for table in sorted({item.lands_in for item in systems.extractor(system).resources}):
            query = f"select key, payload from raw.{system}__{table} where deleted_at is null"
            found[table] = {row["key"]: row["payload"] for row in rows(opened, query)}
    return found


@pytest.fixture
def meddle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Callable[[], object]], None]]:
    """Do something in a system after our client's n-th request from now."""
    waiting: list[tuple[int, Callable[[], object]]] = []
    sent = 0
    original = Http.send

    def send(self: Http, *args: Any, **content: Any) -> Any:
        nonlocal sent
        answer = original(self, *args, **content)
        sent += 1
        for at, what in [item for item in waiting if item[0] == sent]:
            waiting.remove((at, what))
            what()
        return answer

    monkeypatch.setattr(Http, "send", send)
    yield lambda after, what: waiting.append((sent + after, what))
    assert not waiting, "the reading ended before it could be meddled with"
