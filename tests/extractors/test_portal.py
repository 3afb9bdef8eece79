"""Answers and packings of our own pages are landed once each, also those that commit late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connections.connection import Connection
from connections.warehouse import connect, ensure_raw_tables, rows, session
from extractors.base import extract
from extractors.portal import Portal


@pytest.fixture
def reading(warehouse: Connection) -> Connection:
    with session(warehouse) as opened:
        ensure_raw_tables(opened, "portal", ["answers", "packings"])
    return warehouse


def answer(
    warehouse: Connection, order: int, number: int, choice: str, ago: timedelta = timedelta(0)
) -> None:
    with session(warehouse) as opened:
        opened.execute(
            "insert into portal.answers (order_id, answer_number, choice, answered_at, link_fingerprint)"
            " values (%s, %s, %s, now() - %s, 'f')",
            [f"woocommerce:{order}", number, choice, ago],
        )


def read(warehouse: Connection) -> dict[str, int]:
    """What was written, by resource."""
    nowhere = Connection.from_fields("portal")
    found = extract(Portal(lambda: warehouse), nowhere, warehouse, "run")
    return {count.resource: count.counts.written for count in found}


def landed(warehouse: Connection) -> list[tuple[object, ...]]:
    with session(warehouse) as opened:
        query = "select payload from raw.portal__answers order by key::bigint"
        found = [row["payload"] for row in rows(opened, query)]
    return [(payload["order_id"], payload["answer_number"], payload["choice"]) for payload in found]


def test_each_answer_is_landed_once(reading: Connection) -> None:
    answer(reading, 1, 1, "wait", timedelta(days=2))
    answer(reading, 2, 1, "ship_now", timedelta(days=1))
    assert read(reading) == {"answers": 2, "packings": 0}
    assert read(reading) == {"answers": 0, "packings": 0}
    answer(reading, 1, 2, "ship_now")
    assert read(reading) == {"answers": 1, "packings": 0}
    expected = [
        ("woocommerce:1", 1, "wait"),
        ("woocommerce:2", 1, "ship_now"),
        ("woocommerce:1", 2, "ship_now"),
    ]
    assert landed(reading) == expected


def test_an_answer_that_commits_after_a_later_one_is_found(reading: Connection) -> None:
    late = connect(reading)
    late.execute(
        "insert into portal.answers (order_id, answer_number, choice, link_fingerprint)"
        " values ('woocommerce:1', 1, 'wait', 'f')"
    )
    answer(reading, 2, 1, "wait")
    assert read(reading)["answers"] == 1
    late.commit()
    late.close()
    assert read(reading)["answers"] == 1
    assert len(landed(reading)) == 2


def test_more_than_a_page(reading: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.portal._PAGE", 2)
    for order in range(5):
        answer(reading, order, 1, "wait")
    assert read(reading)["answers"] == 5


def test_what_staff_packed(reading: Connection) -> None:
    with session(reading) as opened:
        opened.execute(
            "insert into portal.packings (shipment_id, order_id, is_packed, packed_by)"
            " values ('woocommerce:1:1', 'woocommerce:1', true, 'ana')"
        )
    assert read(reading) == {"answers": 0, "packings": 1}
