"""From a paid order to boxes: what is ready, promised, chosen by the customer, and what has left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.dbt import boxes
from tests.dbt import warehouse_days as days
from tests.dbt.conftest import Builder, Row
from tests.dbt.warehouse_days import NOW, TODAY

pytestmark = pytest.mark.timeout(600)

Hour = dict[str, dict[int, Row]]


@pytest.fixture(scope="module")
def hours(builder: Builder) -> list[Hour]:
    """Four hours in a row, and how each left things."""
    days.open_shop(builder)
    days.stock(builder, tea=(4, 1), pot=(0, 0), cup=(4, 0))
    days.purchase(builder, 1, "POT-1", 4, TODAY + timedelta(days=20))
    pickup = days.order(8, ("CUP-1", 1))
    pickup["shipping_lines"][0]["method_id"] = "local_pickup"
    waiting = days.order(6, ("CUP-1", 1), status="on-hold")
    days.sell(
        builder,
        days.order(1, ("TEA-1", 2), ("POT-1", 1)),
        days.order(2, ("TEA-1", 2)),
        days.order(3, ("CUP-1", 1), method="cod"),
        days.order(4, ("TEA-1", 1)),
        days.order(5, ("POT-1", 2)),
        waiting,
        days.order(7, ("CUP-1", 1), status="cancelled"),
        pickup,
    )
    sale = boxes.type_in(builder, 4)
    days.reserve(builder, sale, 40, "TEA-1", 1, 1)
    found = [days.hour(builder)]

    days.answer(builder, 1, "ship_now")
    days.tell(builder, 2, asks=True, ago=timedelta(days=4))
    days.tell(builder, 5)
    days.purchase(builder, 1, "POT-1", 4, TODAY + timedelta(days=30))
    boxes.label(builder, 3, [(1, 1)], is_sent=False)
    slip = {"order_id": "woocommerce:8", "lines": [{"order_line_id": "woocommerce:8:801", "quantity": 1}]}
    boxes.write(builder, "documents", "document", "packing_slip:woocommerce:8:1", slip)
    found.append(days.hour(builder))

    days.answer(builder, 1, "wait", 2)
    boxes.write(builder, "canadapost", "manifest", "manifest:1", {"parcels": ["woocommerce:3:1:1"]})
    boxes.label(builder, 2, [(1, 1)], is_sent=False)
    boxes.write(builder, "canadapost", "void", "woocommerce:2:1:1", {"shipment_id": "woocommerce:2:1"})
    boxes.pick(builder, sale, 40, [(days.PRODUCTS["TEA-1"], 1)], NOW)
    days.sell(builder, days.order(9, ("POT-1", 4), hours_ago=48))
    done = pickup | {
        "status": "completed",
        "date_completed_gmt": f"{NOW:%Y-%m-%dT%H:%M:%S}",
    }
    days.sell(builder, done)
    found.append(days.hour(builder))

    days.purchase(builder, 1, "POT-1", 4, TODAY + timedelta(days=30), received=4)
    days.stock(builder, tea=(3, 0), pot=(4, 0))
    found.append(days.hour(builder))
    return found


def test_paid_orders_take_what_is_there_the_first_first(hours: list[Hour]) -> None:
    orders = hours[0]["orders"]
    assert {number: row["state"] for number, row in orders.items()} == {
        1: "asking", 2: "asking", 3: "ready", 4: "ready", 5: "backordered", 6: "waiting_for_payment",
        7: "cancelled", 8: "ready",
    }  # fmt: skip
    assert (orders[1]["ready_quantity"], orders[1]["backordered_quantity"]) == (2, 1)
    assert (orders[2]["ready_quantity"], orders[2]["backordered_quantity"]) == (1, 1), "one of three is left"
    assert orders[1]["is_choice_open"] and orders[1]["question_due_at"] > NOW
    assert set(hours[0]["boxes"]) == {301, 401, 801}, "nothing is planned for whom we wait for"
    assert hours[0]["boxes"][301]["weight_g"] == 400 and hours[0]["boxes"][801]["is_pickup"]


def test_what_is_missing_is_promised_from_its_delivery_or_after_the_lead_time(hours: list[Hour]) -> None:
    missing = hours[0]["backorders"]
    assert missing[12]["promise_date"] == TODAY + timedelta(days=21)
    assert (missing[12]["promise_source"], missing[12]["purchase_order_id"]) == ("purchase_order", 1)
    assert missing[21]["promise_date"] == TODAY + timedelta(days=15)
    assert missing[21]["promise_source"] == "lead_time"


def test_promises_move_with_their_delivery(hours: list[Hour]) -> None:
    moved = [hour["orders"][5]["promise_date"] for hour in hours[:2]]
    assert moved == [TODAY + timedelta(days=21), TODAY + timedelta(days=31)]


def test_the_customer_chooses_until_the_box_is_closed(hours: list[Hour]) -> None:
    first = [hour["orders"][1] for hour in hours[:3]]
    assert [row["choice"] for row in first] == [None, "ship_now", "wait"]
    assert [row["state"] for row in first] == ["asking", "ready", "waiting"]
    assert [101 in hour["boxes"] for hour in hours[:3]] == [False, True, False]
    assert hours[1]["boxes"][101]["quantity"] == 2 and not hours[1]["boxes"][101]["is_last"]


def test_without_an_answer_the_settings_choose(hours: list[Hour]) -> None:
    chosen = hours[1]["orders"][2]
    assert (chosen["choice"], chosen["choice_source"]) == ("ship_now", "default")
    assert chosen["is_choice_open"], "an answer that comes late still counts, until a label is bought"
    assert hours[1]["boxes"][201]["quantity"] == 1


def test_a_box_is_closed_by_its_label_or_its_slip_and_leaves_with_the_carrier(hours: list[Hour]) -> None:
    assert [hour["boxes"][301]["state"] for hour in hours[:3]] == ["planned", "committed", "shipped"]
    assert [hour["boxes"][801]["state"] for hour in hours[:3]] == ["planned", "committed", "shipped"]
    assert [hour["orders"][3]["state"] for hour in hours[:3]] == ["ready", "packing", "shipped"]
    assert hours[2]["orders"][4]["state"] == "shipped", "picked in Odoo by hand"


def test_a_box_whose_label_was_voided_is_packed_anew_under_another_number(hours: list[Hour]) -> None:
    assert hours[2]["boxes"][201]["state"] == "voided"
    assert hours[2]["boxes"][202]["state"] == "planned"
    assert hours[2]["boxes"][202]["quantity"] == 1


def test_who_was_told_keeps_what_was_told(hours: list[Hour]) -> None:
    """Order 9 was paid before all others, and came to be known after order 5 was told."""
    for hour in hours[2:]:
        assert hour["orders"][5]["backordered_quantity"] + hour["orders"][5]["ready_quantity"] == 2
    assert hours[2]["orders"][5]["promise_date"] == TODAY + timedelta(days=31)
    assert hours[3]["orders"][5]["state"] == "ready", "its delivery came in"
    assert hours[3]["orders"][9]["ready_quantity"] == 2, "order 9 has what is left"
    assert hours[3]["orders"][1]["backordered_quantity"] == 1, "who was told nothing waits behind it"


def test_goods_leave_once(hours: list[Hour], builder: Builder) -> None:
    shipped = builder.rows(
        "select order_id, system, sum(goods_amount) as amount from marts.shipments group by 1, 2 order by 1"
    )
    assert [(row["order_id"], row["system"], row["amount"]) for row in shipped] == [
        ("woocommerce:3", "counterflow", Decimal(20)),
        ("woocommerce:4", "odoo", Decimal(20)),
        ("woocommerce:8", "counterflow", Decimal(20)),
    ]


def test_built_hour_by_hour_it_is_what_a_rebuild_makes(hours: list[Hour], builder: Builder) -> None:
    marts = ("order_contacts", "allocations", "backorders", "order_fulfilments", "planned_shipments",
             "planned_shipment_lines", "quote_requests", "shipments", "shipment_lines")  # fmt: skip

    def contents() -> dict[str, list[str]]:
        return {mart: builder.content(f"marts.{mart}") for mart in marts}

    in_steps = contents()
    builder.build(*days.MODELS, full_refresh=True)
    assert contents() == in_steps
