"""From a planned box to its label and its place in the books, over the stand-ins, in whole syncs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import CounterflowError, Unavailable
from connections.storage import Storage
from connections.warehouse import rows, session
from counterflow import steps, systems
from sandbox import World
from tests.loaders.test_canadapost import SHEET

Row = dict[str, Any]
Find = Callable[..., list[Row]]
TO_VANCOUVER = 992  # an order of the story that is paid, in stock and not shipped
SETTINGS = Path(__file__).resolve().parent.parent / "settings.toml"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def world(module_warehouse: Connection, dbt_home: Path, files: Path) -> Iterator[World]:
    """The stand-ins, and settings with Canada Post on and a rate sheet beside them."""
    text = SETTINGS.read_text()
    text = re.sub(r"(?m)^on = \[.*\]", 'on = ["woocommerce", "odoo", "stripe", "canadapost"]', text)
    text = text.replace('#rate_sheet = "rates.csv"', 'rate_sheet = "rates.csv"')
    (files / "settings.toml").write_text(text)
    usa = "USA.EP,Expedited Parcel USA,USA,US,0.01,30.0,200,130,130,16.99,CAD,4-7\n"
    (files / "rates.csv").write_text(SHEET.replace("5.0,200", "30.0,200") + usa)
    with sandbox.serve(orders=60, seed=7) as running, pytest.MonkeyPatch.context() as patch:
        for system, fields in running.connections.items():
            patch.setenv(f"AIRFLOW_CONN_{system.upper()}", fields)
        patch.setenv("COUNTERFLOW_SETTINGS", str(files / "settings.toml"))
        yield running


@pytest.fixture(scope="module")
def find(module_warehouse: Connection) -> Find:
    def query(text: str, *parameters: Any) -> list[Row]:
        with session(module_warehouse) as warehouse:
            return [dict(row) for row in rows(warehouse, text, list(parameters))]

    return query


def change(world: World, order_id: int, fields: Row) -> None:
    """The shop's staff change the order."""
    world.call(lambda: world.stand_ins["woocommerce"].change(order_id, fields))  # type: ignore[attr-defined]


def sync(run_id: str) -> None:
    steps.prepare(run_id)
    for system in systems.READ:
        steps.extract(system, run_id)
    steps.build(run_id)
    steps.check(run_id)
    for system in systems.WRITTEN:
        try:
            steps.deliver(system, run_id)
        except (Unavailable, CounterflowError):
            continue
    steps.settle(run_id)


@pytest.fixture(scope="module")
def down(world: World, find: Find) -> list[Row]:
    """The first run: Canada Post tells no prices, and one address has a postal code of another province."""
    world.fault("canadapost", "503_html", times=-1, path="price")
    change(world, TO_VANCOUVER, {"shipping": {"postcode": "H2X 1Y4", "address_1": "9" * 45}})
    sync("down")
    world.clear_faults()
    return find("select * from sync.writes where system = 'canadapost'")


@pytest.fixture(scope="module")
def up(down: list[Row], world: World, find: Find) -> list[Row]:
    """The second run: it answers again, and the address is put right."""
    change(world, TO_VANCOUVER, {"shipping": {"postcode": "V6B 1A1", "address_1": "9 Maple Lane"}})
    sync("up")
    return find("select * from marts.parcels order by parcel_id")


def test_a_wrong_address_is_found_before_anything_is_asked(down: list[Row]) -> None:
    held = {row["key"]: row["reason"] for row in down if row["status"] == "held" and row["thing"] == "quote"}
    assert held[f"woocommerce:{TO_VANCOUVER}:1"] == (
        "a line of the address is longer than 44 characters; the postal code is not of the province BC"
    ), held
    assert len(held) == 1, held


def test_while_it_is_down_estimates_are_marked_and_labels_wait(down: list[Row], world: World) -> None:
    quotes = [row for row in down if row["thing"] == "quote" and row["status"] == "confirmed"]
    assert len(quotes) >= 5
    assert all(row["read_back"]["is_estimate"] for row in quotes)
    assert {row["read_back"]["source"] for row in quotes} == {"rates.csv"}
    labels = [row for row in down if row["thing"] == "label"]
    assert labels and {(row["status"], row["reason_class"]) for row in labels} == {("held", "retry")}
    assert "estimate" in labels[0]["reason"]
    assert world.truth["canadapost"]["labels_count"] == 0


def test_then_each_label_is_bought_once_and_kept(
    up: list[Row], world: World, find: Find, files: Path
) -> None:
    told = world.truth["canadapost"]
    assert len(up) == told["labels_count"] >= 5 and told["bought_twice"] == []
    assert set(told["references"]) == {row["parcel_id"] for row in up}
    storage = Storage(str(files / "outbox")) if (files / "outbox").exists() else systems.storage()
    for row in up:
        assert row["label_state"] == "confirmed" and row["is_transmitted"] and row["tracking_number"]
        assert storage.get(row["label_document_path"]).startswith(b"%PDF-")
        assert row["amount"] == row["quoted_amount"]
        assert sum(line["quantity"] for line in row["lines"]) > 0
    quotes = find(
        "select is_estimate from marts.shipping_quotes where is_requested or shipment_id is not null"
    )
    assert not any(row["is_estimate"] for row in quotes)


def test_what_is_in_the_boxes_is_what_was_planned(up: list[Row], find: Find) -> None:
    packed = find(
        """
        select line ->> 'order_line_id' as line_id, sum((line ->> 'quantity')::numeric) as quantity
        from marts.parcels, jsonb_array_elements(lines) as line group by 1 order by 1
        """
    )
    planned = find(
        """
        select order_line_id as line_id, sum(quantity) as quantity from marts.planned_shipment_lines
        where shipment_id in (select shipment_id from marts.parcels) group by 1 order by 1
        """
    )
    assert packed == planned


def test_its_cost_is_in_the_books_and_compared(up: list[Row], world: World, find: Find) -> None:
    refs = {entry["ref"] for entry in world.truth["odoo"]["entries"]}
    booked = find(
        "select key, payload from sync.writes where key like 'canadapost_label_%%' and status = 'confirmed'"
    )
    assert len(booked) == len(up)
    assert {row["payload"]["ref"] for row in booked} <= refs
    costs = find("select * from marts.shipping_costs order by parcel_id")
    assert [row["parcel_id"] for row in costs] == [row["parcel_id"] for row in up]
    for order_id in {row["order_id"] for row in costs}:
        (order,) = find("select shipping_amount from marts.orders where order_id = %s", order_id)
        charged = sum(row["charged_amount"] for row in costs if row["order_id"] == order_id)
        assert charged == order["shipping_amount"]


def test_bill_tracking_and_cancellation(
    up: list[Row], world: World, find: Find, module_warehouse: Any
) -> None:
    """Carrier's bill of a parcel: compared, not booked again. A cancelled order's label: asked back."""
    billed, cancelled = up[0], up[1]
    with session(module_warehouse) as warehouse:
        warehouse.execute(
            """
            insert into raw.files__postage (key, payload, payload_hash, extracted_at, run_id)
            values ('BILL-1', %s, 'x', now(), 'bill')
            """,
            [_bill(billed)],
        )
    change(world, int(cancelled["order_id"].partition(":")[2]), {"status": "cancelled"})
    others = [row for row in up if row["parcel_id"] != cancelled["parcel_id"]]
    for row in others:
        world.act("canadapost", "scan", row["tracking_number"], code="0170")
    before = world.truth["canadapost"]
    sync("after")

    (bill,) = find("select * from marts.postage where postage_id = 'files:BILL-1'")
    assert not bill["is_ledger_due"] and "its label is in the books" in bill["ledger_wait_reason"]
    (cost,) = find("select * from marts.shipping_costs where parcel_id = %s", billed["parcel_id"])
    assert cost["billed_amount"] == billed["amount"] + 1 and cost["bill_over_label_amount"] == 1

    (void,) = find("select * from sync.writes where thing = 'void'")
    assert void["key"] == cancelled["parcel_id"] and void["status"] == "confirmed"
    assert void["read_back"]["refund_ticket"]
    (parcel,) = find("select * from marts.parcels where parcel_id = %s", cancelled["parcel_id"])
    assert parcel["label_state"] == "voided"
    (postage,) = find(
        "select * from marts.postage where postage_id = %s", f"canadapost:{cancelled['parcel_id']}"
    )
    assert postage["ledger_wait_reason"] == "its label is void"

    tracked = find("select * from marts.parcels where tracking_status = 'in_transit'")
    assert {row["parcel_id"] for row in tracked} == {row["parcel_id"] for row in others}
    assert all(row["first_scanned_at"] for row in tracked)
    told = world.truth["canadapost"]
    assert told["refunds_count"] == before["refunds_count"] + 1 and told["bought_twice"] == []


def _bill(parcel: Row) -> str:
    return json.dumps(
        {
            "date": "2026-11-24",
            "order": parcel["order_number"],
            "service": parcel["service_name"],
            "tracking": parcel["tracking_number"],
            "amount": str(parcel["amount"] + 1),
        }
    )
