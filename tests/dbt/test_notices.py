"""What the shop and Odoo are told of our boxes: notes, tracking, status, deliveries; each once, and nothing
over what people did there."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.settings_shipping import Shipping
from tests.dbt import backoffice, boxes, shop
from tests.dbt.conftest import Builder

Row = dict[str, Any]
MODELS = ("+out_woocommerce__order_notes", "+out_woocommerce__order_statuses", "+out_odoo__deliveries")
TEA, POT = 11, 12
PART, WHOLE, TYPED, BY_HAND, CANCELLED, COMPLETED, QUOTATION, HALF_BY_HAND = range(1, 9)

pytestmark = pytest.mark.timeout(600)


def order_of(shipment: str) -> int:
    return int(shipment.split(":")[1])


class Told:
    """The outbound rows after a build, by the order's number in the shop."""

    def __init__(self, builder: Builder) -> None:
        builder.build(*MODELS)
        self.notes = self._rows(builder, "out_woocommerce__order_notes")
        self.statuses = self._rows(builder, "out_woocommerce__order_statuses")
        self.deliveries = self._rows(builder, "out_odoo__deliveries")
        states = builder.rows("select shipment_id, state from marts.odoo_deliveries")
        self.delivery_states = {order_of(row["shipment_id"]): row["state"] for row in states}
        found = builder.rows("select * from marts.shipments order by order_id, shipment_number")
        self.shipments = {order_of(row["order_id"]): row for row in found}
        lines = builder.rows(
            "select order_id, sum(quantity) as quantity, sum(goods_amount) as goods_amount"
            " from marts.shipment_lines group by order_id"
        )
        self.shipped = {order_of(row["order_id"]): (row["quantity"], row["goods_amount"]) for row in lines}

    def _rows(self, builder: Builder, model: str) -> dict[int, Row]:
        return {order_of(row["write_key"]): row for row in builder.rows(f"select * from outbound.{model}")}


@pytest.fixture(scope="module")
def steps(builder: Builder) -> list[Told]:
    """A day's boxes; then what became of the first writes; then what people do about it."""
    _settings(builder)
    _goods(builder)
    orders = {number: shop.order(number) for number in range(1, 9)}
    shop.land_paid(builder.sql, *orders.values())
    whole = [(1, 2), (2, 1)]
    boxes.label(builder, PART, [(1, 2)])
    boxes.label(builder, WHOLE, whole)
    boxes.type_in(builder, TYPED)
    boxes.label(builder, TYPED, whole)
    by_hand = boxes.type_in(builder, BY_HAND)
    boxes.label(builder, BY_HAND, whole, is_sent=False)
    boxes.pick(builder, by_hand, 70, [(TEA, 2), (POT, 1)])
    boxes.label(builder, CANCELLED, whole)
    shop.land_paid(builder.sql, orders[CANCELLED] | {"status": "cancelled"})
    boxes.label(builder, COMPLETED, whole, is_sent=False)
    done = f"{boxes.SHIPPED:%Y-%m-%dT%H:%M:%S}"
    shop.land_paid(builder.sql, orders[COMPLETED] | {"status": "completed", "date_completed_gmt": done})
    boxes.type_in(builder, QUOTATION, "draft")
    boxes.label(builder, QUOTATION, whole)
    half = boxes.type_in(builder, HALF_BY_HAND)
    boxes.label(builder, HALF_BY_HAND, whole)
    boxes.pick(builder, half, 80, [(TEA, 1)])
    found = [Told(builder)]

    first = found[0]
    _write(builder, "woocommerce", "order_note", first.notes[WHOLE])
    _write(builder, "woocommerce", "order_note", first.notes[PART], status="unknown")
    _write(builder, "woocommerce", "order_status", first.statuses[WHOLE], kind="level")
    _write(builder, "odoo", "delivery", first.deliveries[TYPED], target_id="90")
    boxes.pick(builder, boxes.type_in(builder, TYPED), 90, [(TEA, 2), (POT, 1)])
    _rename(builder, orders[PART])
    found.append(Told(builder))

    meta = {"key": "counterflow_tracking_numbers", "value": "CP21"}
    opened = orders[WHOLE] | {"status": "processing", "meta_data": [meta]}
    shop.land_paid(builder.sql, opened)
    boxes.type_in(builder, QUOTATION, "sale")
    boxes.label(builder, PART, [(2, 1)], number=2)
    found.append(Told(builder))
    return found


def _settings(builder: Builder) -> None:
    builder.sql.execute("delete from settings.shipping")
    chosen = Shipping().model_dump_json()
    builder.sql.execute(
        "insert into settings.shipping select * from json_populate_record(null::settings.shipping, %s)",
        [chosen],
    )
    builder.sql.commit()


def _goods(builder: Builder) -> None:
    skus = {"TEA-1": TEA, "POT-1": POT}
    in_odoo = {str(id_): shop.odoo_product(id_, sku) for sku, id_ in skus.items()}
    shop.land(builder.sql, "odoo__product_product", in_odoo)
    numbers = {str(shop.product_number(sku)): shop.product(shop.product_number(sku), sku) for sku in skus}
    shop.land(builder.sql, "woocommerce__products", numbers)
    customers = {**backoffice.location(9, "Customers"), "usage": "customer"}
    shop.land(builder.sql, "odoo__stock_location", {"5": backoffice.location(5, "WH/Stock"), "9": customers})
    shelf = {"product_id": TEA, "location_id": 5, "quantity": 90.0, "reserved_quantity": 0.0}
    quants = {f"{id_}:5": {**shelf, "key": f"{id_}:5", "product_id": id_} for id_ in skus.values()}
    shop.land(builder.sql, "odoo__stock_quant", quants)


def _write(builder: Builder, system: str, thing: str, row: Row, **more: Any) -> None:
    """The outbound row was sent, and became of it what `more` says."""
    boxes.write(builder, system, thing, row["write_key"], row["payload"], at=boxes.TOLD, **more)


def _rename(builder: Builder, order: Row) -> None:
    """Staff give a line of the order another name."""
    line = order["line_items"][0] | {"name": "Renamed"}
    shop.land_paid(builder.sql, order | {"line_items": [line, *order["line_items"][1:]]})


def test_each_box_that_left_has_a_note_with_its_tracking_and_lines(steps: list[Told]) -> None:
    note = steps[0].notes[PART]["payload"]
    assert note["order_id"] == PART and note["is_for_customer"] is False
    first, link, tea, rest, marker = note["note"].split("\n")
    assert first.startswith("Shipped with Canada Post") and first.endswith("tracking number")
    assert link.startswith("CP11: https://www.canadapost-postescanada.ca/") and link.endswith("=CP11")
    assert (tea, rest, marker) == ("2 x The TEA-1 (TEA-1)", "The rest follows.", "[woocommerce:1:1]")
    assert "The rest follows." not in steps[0].notes[WHOLE]["payload"]["note"]
    assert set(steps[0].notes) == set(range(1, 9))


def test_an_order_is_completed_when_all_of_it_left(steps: list[Told]) -> None:
    part, whole = (steps[0].statuses[order]["payload"] for order in (PART, WHOLE))
    assert (part["status"], whole["status"]) == (None, "completed")
    [item] = whole["tracking"]
    assert (item["tracking_number"], item["carrier"]) == ("CP21", "Canada Post")
    assert item["shipped_on_epoch"] == 1795150800, "the day it left, in Toronto"
    done = steps[0].statuses[COMPLETED]["payload"]
    assert done["status"] is None and done["tracking"], "it is completed already: tracking alone"


def test_an_order_that_was_called_off_is_held(steps: list[Told]) -> None:
    row = steps[0].statuses[CANCELLED]
    assert row["hold_class"] == "needs_person" and "cancelled" in row["hold_reason"]
    assert row["payload"]["status"] is None
    assert steps[0].statuses[WHOLE]["hold_class"] is None


def test_a_box_of_an_order_that_odoo_knows_is_to_be_delivered_there(steps: list[Told]) -> None:
    assert steps[0].delivery_states == {
        PART: "not_in_odoo",
        WHOLE: "not_in_odoo",
        TYPED: "due",
        BY_HAND: "by_hand",
        CANCELLED: "not_in_odoo",
        COMPLETED: "not_in_odoo",
        QUOTATION: "due",
        HALF_BY_HAND: "due",
    }
    row = steps[0].deliveries[TYPED]
    assert row["payload"]["lines"] == [
        {"product_id": TEA, "quantity": 2},
        {"product_id": POT, "quantity": 1},
    ]
    assert (row["payload"]["order_id"], row["payload"]["tracking_reference"]) == (5003, "CP31")
    assert row["payload"]["address"]["province"] == "ON" and row["known_picking_ids"] == []
    assert row["hold_class"] is None


def test_what_odoo_moved_already_is_not_asked_for_again(steps: list[Told]) -> None:
    row = steps[0].deliveries[HALF_BY_HAND]
    assert row["payload"]["lines"] == [
        {"product_id": TEA, "quantity": 1},
        {"product_id": POT, "quantity": 1},
    ]
    assert row["known_picking_ids"] == [80]


def test_a_quotation_waits_for_a_person_and_then_goes_out(steps: list[Told]) -> None:
    held = steps[0].deliveries[QUOTATION]
    assert held["hold_class"] == "needs_person" and "draft" in held["hold_reason"]
    assert steps[2].deliveries[QUOTATION]["hold_class"] is None


def test_done_by_hand_in_odoo_or_completed_in_the_shop_is_the_same_as_our_own(steps: list[Told]) -> None:
    said = [steps[0].shipments[order] for order in (WHOLE, BY_HAND, COMPLETED)]
    assert {(row["system"], row["shipment_number"], row["is_last"]) for row in said} == {
        ("counterflow", 1, True)
    }
    assert len({(row["goods_amount"], row["tax_amount"], row["total_amount"]) for row in said}) == 1
    assert len({steps[0].shipped[order] for order in (WHOLE, BY_HAND, COMPLETED)}) == 1
    texts = [steps[0].notes[order]["payload"]["note"] for order in (WHOLE, BY_HAND, COMPLETED)]
    assert len({text.replace(f"CP{text.split('CP')[1][:2]}", "").split("[")[0] for text in texts}) == 1


def test_what_was_told_is_told_no_more(steps: list[Told]) -> None:
    told = steps[1]
    assert WHOLE not in told.notes and WHOLE not in told.statuses and TYPED not in told.deliveries
    assert told.delivery_states[TYPED] == "told"
    assert told.shipped[TYPED] == steps[0].shipped[TYPED], "our own picking counts once"


def test_what_may_have_been_written_stays_as_it_was_sent(steps: list[Told]) -> None:
    assert steps[1].notes[PART]["payload"] == steps[0].notes[PART]["payload"]
    assert "Renamed" not in steps[1].notes[PART]["payload"]["note"]


def test_who_opens_an_order_again_is_not_overruled(steps: list[Told]) -> None:
    assert WHOLE not in steps[2].statuses


def test_a_second_box_adds_its_number_and_completes_the_order(steps: list[Told]) -> None:
    row = steps[2].statuses[PART]["payload"]
    assert [item["tracking_number"] for item in row["tracking"]] == ["CP11", "CP12"]
    assert row["status"] == "completed"


def test_it_is_the_same_from_scratch(steps: list[Told], builder: Builder) -> None:
    names = ("marts.shipment_notes", "marts.order_notices", "marts.odoo_deliveries")
    before = {name: builder.contents()[name] for name in names}
    builder.build(*MODELS, full_refresh=True)
    assert {name: builder.contents()[name] for name in names} == before
    builder.check(*(name.rpartition(".")[2] for name in names), *(name[1:] for name in MODELS))
