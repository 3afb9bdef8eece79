"""Landing on a real PostgreSQL: nothing lost, nothing twice, predecessors kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connections.connection import Connection
from connections.landing import Record, encode, land, mark_deleted
from connections.warehouse import (
    Warehouse,
    begin_build,
    connect,
    ensure_raw_tables,
    finish_build,
    rows,
    session,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def open_warehouse(warehouse: Connection) -> Any:
    with connect(warehouse) as opened:
        ensure_raw_tables(opened, "shop", ["things"])
        opened.commit()
        yield opened


def things(warehouse: Warehouse) -> list[dict[str, Any]]:
    return [dict(row) for row in rows(warehouse, "select * from raw.shop__things order by key")]


def history(warehouse: Warehouse) -> list[dict[str, Any]]:
    return [
        dict(row) for row in rows(warehouse, "select * from raw.shop__things__history order by key, version")
    ]


def test_first_landing_then_the_same_again_writes_nothing(open_warehouse: Warehouse) -> None:
    records = [Record(str(number), {"id": number, "name": "x"}, NOON) for number in range(1000)]
    first = land(open_warehouse, "shop", "things", records, "run1")
    open_warehouse.commit()
    again = land(open_warehouse, "shop", "things", records, "run2")
    open_warehouse.commit()
    assert (first.read, first.written, first.unchanged) == (1000, 1000, 0)
    assert (again.read, again.written, again.unchanged) == (1000, 0, 1000)
    assert {row["run_id"] for row in things(open_warehouse)} == {"run1"}
    assert history(open_warehouse) == []


def test_a_change_moves_the_predecessor_to_history(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {"total": "10.00"}, NOON)], "run1")
    land(open_warehouse, "shop", "things", [Record("1", {"total": "12.00"}, NOON)], "run2")
    open_warehouse.commit()
    (now,), (before,) = things(open_warehouse), history(open_warehouse)
    assert now["payload"] == {"total": "12.00"} and now["run_id"] == "run2"
    assert before["payload"] == {"total": "10.00"} and before["run_id"] == "run1"
    assert before["version"] < now["version"]


def test_an_older_version_never_replaces_a_newer_one(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {"v": 2}, NOON)], "run1")
    counts = land(
        open_warehouse, "shop", "things", [Record("1", {"v": 1}, NOON - timedelta(seconds=1))], "run2"
    )
    assert counts.written == 0
    assert things(open_warehouse)[0]["payload"] == {"v": 2}


def test_of_one_key_twice_in_a_page_the_later_counts(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {"v": 1}), Record("1", {"v": 2})], "run1")
    assert [row["payload"] for row in things(open_warehouse)] == [{"v": 2}]


def test_hostile_text_arrives_as_it_was(open_warehouse: Warehouse) -> None:
    hostile = {
        "name": "\\N \\. tab\there\nnewline \r \"quotes\" 'single' \\\\ \\u0041 😀 é",
        "long": "x" * 10_000,
        "sql": "'); drop table raw.shop__things; --",
    }
    land(open_warehouse, "shop", "things", [Record("k\tey\\N\n", hostile)], "run1")
    (row,) = things(open_warehouse)
    assert row["payload"] == hostile
    assert row["key"] == "k\tey\\N\n"


def test_what_jsonb_cannot_hold_is_replaced_not_lost(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {"name": "a\0b", "emoji": "\ud83d"})], "run1")
    assert things(open_warehouse)[0]["payload"] == {"name": "a\ufffdb", "emoji": "\ufffd"}


def test_a_record_without_key_is_kept_aside_and_the_rest_goes_on(open_warehouse: Warehouse) -> None:
    bad = Record(None, ["not", "an", "object"], problem="it is not an object but list")
    for run in ("run1", "run2"):
        counts = land(open_warehouse, "shop", "things", [bad, Record("1", {"id": 1})], run)
        assert counts.refused == 1
    (refused,) = rows(open_warehouse, "select * from sync.refused_records")
    assert refused["reason"] == "it is not an object but list"
    assert refused["resolved_at"] is None
    assert len(things(open_warehouse)) == 1


def test_a_refused_record_clears_once_the_source_gives_it_right(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("7", {"id": 7}, problem="its total is no number")], "run1")
    open_warehouse.commit()
    land(open_warehouse, "shop", "things", [Record("7", {"id": 7, "total": "1.00"})], "run2")
    (refused,) = rows(open_warehouse, "select * from sync.refused_records")
    assert refused["resolution"] == "the source gave it right"


def test_deleted_then_back(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {"v": 1}), Record("2", {"v": 1})], "run1")
    assert mark_deleted(open_warehouse, "shop", "things", ["1"]) == 1
    assert [row["deleted_at"] is not None for row in things(open_warehouse)] == [False, True]
    assert mark_deleted(open_warehouse, "shop", "things", ["1"]) == 0
    counts = land(open_warehouse, "shop", "things", [Record("2", {"v": 1})], "run2")
    assert counts.written == 1
    assert [row["deleted_at"] for row in things(open_warehouse)] == [None, None]


def test_deletion_is_limited_to_its_scope(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("a:1", {}), Record("a:2", {}), Record("b:1", {})], "run1")
    assert mark_deleted(open_warehouse, "shop", "things", ["a:1"], scope="a:") == 1
    assert [row["key"] for row in things(open_warehouse) if row["deleted_at"]] == ["a:2"]


def test_rolled_back_rows_are_not_there(open_warehouse: Warehouse) -> None:
    land(open_warehouse, "shop", "things", [Record("1", {})], "run1")
    open_warehouse.rollback()
    assert things(open_warehouse) == []


def test_a_build_sees_every_number_up_to_its_watermark(
    open_warehouse: Warehouse, warehouse: Connection
) -> None:
    """A landing that took its numbers but has not committed makes the build wait, not miss it."""
    land(open_warehouse, "shop", "things", [Record("slow", {})], "run1")
    windows: list[dict[str, int]] = []

    def build() -> None:
        with connect(warehouse) as other:
            windows.append(begin_build(other, "run1"))

    builder = threading.Thread(target=build)
    builder.start()
    builder.join(timeout=0.5)
    assert builder.is_alive(), "the build did not wait for the open landing"
    open_warehouse.commit()
    builder.join(timeout=10)
    assert windows[0]["since_version"] == -1
    (slow,) = things(open_warehouse)
    (build_row,) = rows(open_warehouse, "select version_until from sync.builds")
    assert slow["version"] <= build_row["version_until"]


def test_a_failed_build_is_done_over_by_the_next(open_warehouse: Warehouse) -> None:
    first = begin_build(open_warehouse, "run1")
    finish_build(open_warehouse, first["build_id"], succeeded=True)
    second = begin_build(open_warehouse, "run2")
    finish_build(open_warehouse, second["build_id"], succeeded=False)
    third = begin_build(open_warehouse, "run3")
    assert second["since_build"] == third["since_build"] == first["build_id"]
    finish_build(open_warehouse, third["build_id"], succeeded=True)
    assert begin_build(open_warehouse, "run4")["since_build"] == third["build_id"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pages=st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)), max_size=6), max_size=6
    )
)
def test_whatever_comes_the_newest_version_stands(
    warehouse: Connection, pages: list[list[tuple[int, int, int]]]
) -> None:
    """Against a plain dict: the last payload whose time is not older than what is there."""
    expected: dict[str, tuple[int, dict[str, int]]] = {}
    with session(warehouse) as opened:
        ensure_raw_tables(opened, "shop", ["things"])
        opened.execute("truncate raw.shop__things, raw.shop__things__history")
        for page in pages:
            records = [Record(str(key), {"v": value}, NOON + timedelta(hours=at)) for key, value, at in page]
            land(opened, "shop", "things", records, "run")
            last = {record.key: (record, at) for record, (_, _, at) in zip(records, page, strict=True)}
            for key, (record, at) in last.items():
                assert key is not None
                if key not in expected or at >= expected[key][0]:
                    if key in expected and expected[key][1] == record.payload:
                        continue
                    expected[key] = (at, record.payload)
        found = {
            row["key"]: row["payload"] for row in rows(opened, "select key, payload from raw.shop__things")
        }
    assert found == {key: payload for key, (_, payload) in expected.items()}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_every_payload_becomes_text_without_nul(payload: Any) -> None:
    assert "\0" not in str(list(_texts(json.loads(encode(payload)))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
