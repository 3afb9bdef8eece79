"""What becomes due of a box once its label is bought: packed, handed over as a whole, or given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dbt import boxes, shop
from tests.dbt import warehouse_days as days
from tests.dbt.conftest import Builder
from tests.dbt.warehouse_days import NOW

MODELS = ("+out_canadapost__manifests", "+out_canadapost__voids", "+shipments_to_pack")


@pytest.fixture(scope="module")
def labelled(builder: Builder) -> Builder:
    """Labels for orders 1 (one box), 2 (two boxes, one label), and 3 and 4, which are called off."""
    days.open_shop(builder)
    days.stock(builder, tea=(9, 0))
    days.sell(builder, *(days.order(number, ("TEA-1", 1)) for number in (1, 2, 3, 4)))
    builder.build(*MODELS)
    for number in (1, 3, 4):
        boxes.label(builder, number, [(1, 1)], is_sent=False)
    boxes.label(builder, 2, [(1, 1)], is_sent=False, count=2)
    refunded = days.order(3, ("TEA-1", 1), status="refunded")
    days.sell(builder, refunded)
    shop.land(builder.sql, "woocommerce__orders", {"4": days.order(4, ("TEA-1", 1), status="failed")})
    builder.build(*MODELS)
    return builder


def free_tea(builder: Builder) -> int:
    (row,) = builder.rows(
        "select sum(quantity) as quantity from intermediate.int_units_supplied"
        " where product_id = (select product_id from marts.products where sku = 'TEA-1')"
    )
    return int(row["quantity"])


def test_what_stands_in_the_box_of_an_order_on_hold_is_nobody_elses(labelled: Builder) -> None:
    shop.land(labelled.sql, "woocommerce__orders", {"5": days.order(5, ("TEA-1", 1))})
    labelled.build(*MODELS)
    before = free_tea(labelled)
    days.sell(labelled, days.order(1, ("TEA-1", 1), status="on-hold"))
    labelled.build(*MODELS)
    assert free_tea(labelled) == before
    query = "select hold_reason from marts.planned_shipments where shipment_id = 'woocommerce:1:1'"
    assert labelled.rows(query) == [{"hold_reason": "the order is on hold in the shop"}]
    days.sell(labelled, days.order(1, ("TEA-1", 1)))
    labelled.build(*MODELS)
    assert labelled.rows(query) == [{"hold_reason": None}] and free_tea(labelled) == before


def to_pack(builder: Builder) -> list[str]:
    found = builder.rows("select shipment_id from marts.shipments_to_pack order by shipment_id")
    return [row["shipment_id"].removeprefix("woocommerce:") for row in found]


def test_a_manifest_takes_whole_shipments_of_orders_that_stand(labelled: Builder) -> None:
    (manifest,) = labelled.rows("select payload from outbound.out_canadapost__manifests")
    assert manifest["payload"]["parcels"] == ["woocommerce:1:1:1"]


def test_what_was_bought_for_an_order_that_is_called_off_is_given_back(labelled: Builder) -> None:
    voids = labelled.rows("select write_key from outbound.out_canadapost__voids order by write_key")
    assert [row["write_key"] for row in voids] == ["woocommerce:3:1:1", "woocommerce:4:1:1"]


def test_a_box_is_to_be_packed_until_the_carrier_scans_it(labelled: Builder) -> None:
    before = to_pack(labelled)
    assert {"1:1", "2:1"} <= set(before)
    transmitted = {"parcels": ["woocommerce:1:1:1"]}
    boxes.write(
        labelled, "canadapost", "manifest", "manifest:2026-11-20:1", transmitted, at=NOW - timedelta(hours=8)
    )
    labelled.build(*MODELS)
    (sent,) = labelled.rows("select state from marts.planned_shipments where shipment_id = 'woocommerce:1:1'")
    assert sent["state"] == "shipped" and to_pack(labelled) == before, "it was transmitted in the night"
    scan = {"pin": "CP11", "significantEvents": [
        {"eventIdentifier": "0170", "eventDate": f"{NOW:%Y-%m-%d}", "eventTime": "12:00:00",
         "eventTimeZone": "EST", "eventDescription": "Item processed"}]}  # fmt: skip
    shop.land(labelled.sql, "canadapost__tracking", {"CP11": scan})
    labelled.build(*MODELS)
    assert to_pack(labelled) == [shipment for shipment in before if shipment != "1:1"]


def test_half_a_shipment_has_not_left(labelled: Builder) -> None:
    boxes.write(
        labelled, "canadapost", "manifest", "manifest:2026-11-20:2", {"parcels": ["woocommerce:2:1:1"]}
    )
    labelled.build(*MODELS)
    query = "select state from marts.planned_shipments where shipment_id = 'woocommerce:2:1'"
    assert labelled.rows(query) == [{"state": "committed"}]
