"""What the shop is to say of goods that it has none left of, as stock and purchase orders come and go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder

Row = dict[str, Any]
# what Odoo has, and what the shop says of it
SKUS = ("INBOUND", "NONE", "STOCKED", "OWNERS", "BACK", "OVERRULED", "OVERDUE", "PROMISED", "STAYS")
EXPECTED = (datetime.now(UTC) + timedelta(days=9)).date()

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def offers(builder: Builder) -> dict[str, Row]:
    """The outbound rows by SKU."""
    numbers = {sku: place for place, sku in enumerate(SKUS, 11)}
    goods = {str(id_): shop.odoo_product(id_, sku) for sku, id_ in numbers.items()}
    shop.land(builder.sql, "odoo__product_product", goods)
    customers = {**backoffice.location(9, "Customers"), "usage": "customer"}
    shop.land(builder.sql, "odoo__stock_location", {"5": backoffice.location(5, "WH/Stock"), "9": customers})
    shelf = {"STOCKED": 4.0, "BACK": 3.0}
    quants = {
        f"{id_}:5": {"key": f"{id_}:5", "product_id": id_, "location_id": 5, "quantity": shelf.get(sku, 0.0),
                     "reserved_quantity": 0.0}
        for sku, id_ in numbers.items()
    }  # fmt: skip
    shop.land(builder.sql, "odoo__stock_quant", quants)
    said = {
        "OWNERS": {"backorders": "yes"},
        "BACK": _said("notify", "2026-12-01"),
        "OVERRULED": _said("no", "2026-12-01"),
        "STAYS": _said("notify", f"{EXPECTED}"),
    }
    products = {
        sku: shop.product(shop.product_number(sku), sku)
        | {"stock_quantity": int(shelf.get(sku, 0)), "backorders": "no"}
        | said.get(sku, {})
        for sku in SKUS
    }
    shop.land(builder.sql, "woocommerce__products", {str(row["id"]): row for row in products.values()})
    _buy(builder, {sku: numbers[sku] for sku in SKUS if sku not in ("NONE", "OVERDUE")}, f"{EXPECTED}")
    _buy(builder, {"OVERDUE": numbers["OVERDUE"]}, "2026-10-01", order=2)
    shop.land_paid(builder.sql, shop.order(1, lines=(("PROMISED", 5, "10.00"),)))
    builder.build("+out_woocommerce__backorder_texts")
    found = builder.rows("select * from outbound.out_woocommerce__backorder_texts")
    return {row["sku"]: row for row in found}


def _said(backorders: str, expected: str) -> Row:
    rows = {"_counterflow_expected_date": expected, "_counterflow_backorders_before": "no"}
    meta = [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(rows.items())]
    return {"backorders": backorders, "meta_data": meta}


def _buy(builder: Builder, products: dict[str, int], day: str, order: int = 1) -> None:
    """Five of each product are on their way until that day."""
    stamps = {"write_date": backoffice.BEFORE, "create_date": backoffice.BEFORE}
    values = {
        "id": order, "name": f"P{order}", "state": "purchase", "partner_id": 3, "currency_id": 3,
        "date_order": backoffice.BEFORE, "date_planned": f"{day} 17:00:00", "amount_total": 1,
    }  # fmt: skip
    shop.land(builder.sql, "odoo__purchase_order", {str(order): {**values, **stamps}})
    lines = {
        str(id_): {"id": id_, "order_id": order, "name": sku, "product_id": id_, "product_qty": 5.0,
                   "product_uom_qty": 5.0, "qty_received": 0.0, "price_unit": 1.0,
                   "date_planned": f"{day} 17:00:00", **stamps}
        for sku, id_ in products.items()
    }  # fmt: skip
    shop.land(builder.sql, "odoo__purchase_order_line", lines)
    moves = {
        str(id_ + 100): {"id": id_ + 100, "product_id": id_, "picking_id": False, "location_id": 4,
                         "location_dest_id": 5, "product_uom_qty": 5.0, "quantity": 0.0, "state": "assigned",
                         "purchase_line_id": id_, **stamps}
        for id_ in products.values()
    }  # fmt: skip
    shop.land(builder.sql, "odoo__stock_move", moves)


def said(row: Row) -> tuple[str, str | None, str | None, bool]:
    payload = row["payload"]
    return payload["backorders"], payload["expected_date"], payload["backorders_before"], row["is_due"]


def test_none_left_and_something_on_its_way_may_be_ordered(offers: dict[str, Row]) -> None:
    assert said(offers["INBOUND"]) == ("notify", f"{EXPECTED}", "no", True)
    assert offers["INBOUND"]["write_key"] == f"product:{shop.product_number('INBOUND')}"


def test_nothing_on_its_way_or_stock_on_the_shelf_stays_plain(offers: dict[str, Row]) -> None:
    assert said(offers["NONE"]) == ("no", None, None, False)
    assert said(offers["STOCKED"]) == ("no", None, None, False)


def test_what_the_owner_allows_anyway_gets_its_day_and_keeps_the_rest(offers: dict[str, Row]) -> None:
    assert said(offers["OWNERS"]) == ("yes", f"{EXPECTED}", None, True)


def test_it_is_plain_again_when_the_stock_is_back(offers: dict[str, Row]) -> None:
    assert said(offers["BACK"]) == ("no", None, None, True)


def test_staff_who_take_it_back_are_not_overruled(offers: dict[str, Row]) -> None:
    assert said(offers["OVERRULED"]) == ("no", None, "no", True), "only its day goes"


def test_an_overdue_delivery_names_no_day(offers: dict[str, Row]) -> None:
    assert said(offers["OVERDUE"]) == ("notify", None, "no", True)


def test_units_that_were_promised_are_not_offered_again(offers: dict[str, Row]) -> None:
    assert said(offers["PROMISED"]) == ("no", None, None, False)


def test_what_stands_is_not_written_again(offers: dict[str, Row]) -> None:
    assert said(offers["STAYS"]) == ("notify", f"{EXPECTED}", "no", False)
