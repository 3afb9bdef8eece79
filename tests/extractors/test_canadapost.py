"""Parcels are asked about by urgency, twenty at most, and what is known of them lands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sandbox
from connections import canadapost
from connections.connection import Connection
from connections.errors import Unavailable
from connections.warehouse import connect, ensure_raw_tables, rows
from extractors.base import ResourceCount, extract
from extractors.canadapost import ParcelDue, Tracking, most_urgent
from tests.contract.canadapost_client import label
from tests.contract.conftest import connection_of

HOUR = 3600.0


@pytest.fixture
def world() -> Iterator[sandbox.World]:
    """A world of its own: the twenty calls of a minute are counted."""
    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as running:
        yield running


@pytest.fixture(params=["json", "xml"])
def connection(world: sandbox.World, request: pytest.FixtureRequest) -> Connection:
    given_ = connection_of("canadapost", world.connections["canadapost"])
    return replace(given_, extra={**given_.extra, "dialect": request.param, "requests_per_second": 1000})


@pytest.fixture
def landing(warehouse: Connection) -> Connection:
    with connect(warehouse) as opened:
        ensure_raw_tables(opened, "canadapost", ["tracking"])
        opened.commit()
    return warehouse


def buy(connection: Connection, count: int) -> list[str]:
    with canadapost.client(connection) as client:
        return [client.buy_label(label(f"t:{n}", is_contract=False)).tracking_number for n in range(count)]


def read(connection: Connection, landing: Connection, due: list[ParcelDue]) -> ResourceCount:
    (count,) = extract(Tracking(lambda: due), connection, landing, "run")
    return count


def landed(landing: Connection) -> dict[str, Any]:
    with connect(landing) as opened:
        return {row["key"]: row["payload"] for row in rows(opened, "select * from raw.canadapost__tracking")}


def test_what_is_known_lands_in_the_words_of_the_json_api(
    connection: Connection, world: sandbox.World, landing: Connection
) -> None:
    first, second = buy(connection, 2)
    world.act("canadapost", "scan", first, code="1496")
    due = [ParcelDue(first, 1), ParcelDue(second, 6), ParcelDue("7023210000000000", 6)]
    count = read(connection, landing, due)
    assert count.error is None and count.counts.written == 2, "one is not known yet, which is no error"
    found = landed(landing)
    codes = [event["eventIdentifier"] for event in found[first]["significantEvents"]]
    assert codes == ["1496", "2300"] and found[first]["serviceName"] == "Expedited Parcel"
    assert found[second]["expectedDeliveryDate"]
    assert read(connection, landing, due).requests <= 1, "nothing is due again within the hour"


def test_twenty_a_minute_and_no_more(
    connection: Connection, world: sandbox.World, landing: Connection
) -> None:
    due = [ParcelDue(number, 1) for number in buy(connection, 30)]
    read(connection, landing, due)
    told = world.act("canadapost", "calls", "")
    assert told["most_a_minute"]["tracking"] == 20 and told["rejected"] == 0
    assert len(landed(landing)) == 20
    count = read(connection, landing, due)  # within the same minute: it says that it is enough
    assert count.error is None and len(landed(landing)) == 20


def test_down_is_unavailable_and_loses_nothing(
    connection: Connection, world: sandbox.World, landing: Connection
) -> None:
    due = [ParcelDue(number, 1) for number in buy(connection, 3)]
    world.fault("canadapost", "503_html", times=-1, path="track")
    with pytest.raises(Unavailable):
        read(connection, landing, due)
    world.clear_faults()
    read(connection, landing, due)
    assert len(landed(landing)) == 3


def test_one_that_cannot_be_read_stops_no_other(
    connection: Connection, world: sandbox.World, landing: Connection
) -> None:
    bad, *others = buy(connection, 3)
    due = [ParcelDue(number, 1) for number in (bad, *others)]
    world.fault("canadapost", "503_html", times=-1, path=bad)
    with pytest.raises(Unavailable):
        read(connection, landing, due)
    assert set(landed(landing)) == set(others)
    world.clear_faults()


parcels = st.lists(st.tuples(st.sampled_from([1, 4, 6]), st.none() | st.floats(0, 48)), max_size=60)


@given(parcels)
def test_the_most_urgent_first_and_nobody_too_often(given_: list[tuple[int, float | None]]) -> None:
    now = 1_000_000.0
    due = [ParcelDue(str(n), every) for n, (every, _) in enumerate(given_)]
    asked = {str(n): now - hours * HOUR for n, (_, hours) in enumerate(given_) if hours is not None}
    chosen = most_urgent(due, asked, now)
    assert len(chosen) <= 20 and len({parcel.tracking_number for parcel in chosen}) == len(chosen)
    for parcel in chosen:
        assert now - asked.get(parcel.tracking_number, 0) >= (parcel.every_hours - 0.25) * HOUR
    left = [p for p in due if p not in chosen
            and now - asked.get(p.tracking_number, 0) >= (p.every_hours - 0.25) * HOUR]  # fmt: skip
    if left:
        assert len(chosen) == 20
        assert max(p.every_hours for p in chosen) <= min(p.every_hours for p in left)
