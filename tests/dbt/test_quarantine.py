"""Bad input: kept, named with its reason, held back alone, and released once the source is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.dbt import shop
from tests.dbt.conftest import Builder
from tests.dbt.shop import Payload

pytestmark = pytest.mark.timeout(600)

LONG = "Ünïcode 'quotes\" 🙂 " * 500


def _spoil(number: int) -> tuple[Payload, Payload | None, Payload | None]:
    """The good order of that number, the spoilt one, and its spoilt charge (None: they are good)."""
    good = shop.order(number)
    charge = shop.charge(good)
    spoilt: dict[int, tuple[Payload | None, Payload | None]] = {
        1: (good | {"total": "999.99"}, charge | {"amount_captured": 99999, "amount": 99999}),
        2: (good | {"currency": "ZZZ"}, charge | {"currency": "zzz"}),
        3: (good | {"total": "12,34"}, None),
        4: (good | {"date_created_gmt": "2199-01-01T00:00:00"}, None),
        5: (None, charge | {"amount_captured": charge["amount_captured"] - 1}),
        6: (
            good | {"tax_lines": [good["tax_lines"][0] | {"rate_code": "CA-ON-LUX-1", "label": "Lux"}]},
            None,
        ),
        7: (good | {"line_items": [good["line_items"][0] | {"id": "x", "quantity": "two"}]}, None),
        8: (good | {"line_items": "none", "billing": "none", "meta_data": 7, "tax_lines": [3]}, None),
        9: (good | {"currency": "USD"}, charge | {"currency": "usd"}),
        10: (good | {"total": "-5.00"}, charge | {"amount_captured": -500}),
    }
    return good, *spoilt.get(number, (None, None))


@pytest.fixture(scope="module")
def quarantine(builder: Builder) -> Iterator[dict[str, list[dict[str, Any]]]]:
    for number, sku in enumerate(("TEA-1", "POT-1"), start=1):
        product_id = shop.product_number(sku)
        shop.land(builder.sql, "woocommerce__products", {str(product_id): shop.product(product_id, sku)})
        shop.land(builder.sql, "odoo__product_product", {str(number): shop.odoo_product(number, sku)})
    for number in range(1, 11):
        good, order, charge = _spoil(number)
        shop.land_paid(builder.sql, good)
        if order:
            shop.land(builder.sql, "woocommerce__orders", {str(number): order})
        if charge:
            shop.land(builder.sql, "stripe__charges", {charge["id"]: charge})
    unknown = shop.order(11, lines=[("GHOST", 1, "10.00")])
    named = shop.order(12) | {"customer_note": LONG, "number": LONG}
    named["line_items"][0] |= {"name": LONG, "sku": LONG}
    shop.land_paid(builder.sql, unknown, named)
    shop.land(builder.sql, "woocommerce__products", {"77": {"id": 77, "name": None, "price": "abc"}})
    stray = shop.charge(shop.order(99))
    shop.land(builder.sql, "stripe__charges", {stray["id"]: stray})
    builder.build()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in builder.rows("select * from marts.quarantine order by quarantine_id"):
        found.setdefault(row["order_id"] or row["record_key"], []).append(row)
    yield found


@pytest.mark.parametrize(
    ("number", "check", "says"),
    [
        (1, "total", "Web order 1 says 999.99, but its lines, shipping, fees and taxes add up to 114.02"),
        (2, "currency", "a currency that nobody knows (ZZZ)"),
        (3, "unreadable", "cannot be read (total)"),
        (4, "future_date", "2199-01-01"),
        (5, "charged", "Stripe took"),
        (6, "tax_unknown", "a tax that nobody knows (LUX in ON, CA-ON-LUX-1)"),
        (7, "unreadable", "line 1: id, quantity"),
        (8, "total", "Recalculate it in WooCommerce"),
        (9, "settled", "took 114.02 USD, but its balance transaction txn_9 says 114.02 CAD"),
        (10, "negative", "a negative amount (total -5.00)"),
    ],
)
def test_each_bad_order_is_named_with_its_reason(
    quarantine: dict[str, list[dict[str, Any]]], number: int, check: str, says: str
) -> None:
    rows = quarantine[f"woocommerce:{number}"]
    reasons = {row["check_name"]: row["reason"] for row in rows}
    assert says in reasons[check]
    assert any(row["blocks_order"] for row in rows)


def test_bad_orders_are_kept_and_only_they_are_held_back(
    builder: Builder, quarantine: dict[str, list[dict[str, Any]]]
) -> None:
    assert builder.rows("select count(*) as n from marts.orders")[0]["n"] == 12
    due = builder.rows("select write_key, hold_class from outbound.out_odoo__ledger_entries order by 1")
    assert due == [
        {"write_key": "woocommerce_order_11", "hold_class": None},
        {"write_key": "woocommerce_order_12", "hold_class": None},
    ]


def test_an_unknown_sku_keeps_its_text_and_its_sale_is_booked(
    builder: Builder, quarantine: dict[str, list[dict[str, Any]]]
) -> None:
    row = builder.rows("select * from marts.order_lines where order_id = 'woocommerce:11'")[0]
    assert (row["description"], row["sku"], row["is_unmapped"]) == ("The GHOST", "GHOST", True)
    [entry] = quarantine["woocommerce:11"]
    assert (entry["entity"], entry["check_name"], entry["blocks_order"]) == ("order_line", "unmapped", False)


def test_long_and_strange_texts_stay_whole(
    builder: Builder, quarantine: dict[str, list[dict[str, Any]]]
) -> None:
    row = builder.rows(
        "select * from marts.order_lines where order_id = 'woocommerce:12' and line_number = 1"
    )[0]
    assert row["description"] == LONG
    assert builder.rows("select customer_note from marts.orders where order_id = 'woocommerce:12'") == [
        {"customer_note": LONG}
    ]


def test_money_without_an_order_and_an_unreadable_product_are_seen(
    quarantine: dict[str, list[dict[str, Any]]],
) -> None:
    assert [row["check_name"] for row in quarantine["stripe:ch_99"]] == ["no_order"]
    [row] = quarantine["77"]
    assert "(name, type, price). Correct it in WooCommerce" in row["reason"]


def test_orders_are_released_once_the_source_is_right(
    builder: Builder, quarantine: dict[str, list[dict[str, Any]]]
) -> None:
    shop.land_paid(builder.sql, *(_spoil(number)[0] for number in range(1, 11)))
    shop.land(builder.sql, "odoo__product_product", {"3": shop.odoo_product(3, "ghost")})
    ghost = shop.product_number("GHOST")
    shop.land(builder.sql, "woocommerce__products", {str(ghost): shop.product(ghost, "GHOST")})
    builder.build()
    assert builder.rows("select reason from marts.quarantine where order_id is not null") == []
    assert builder.rows("select count(*) as n from outbound.out_odoo__ledger_entries")[0]["n"] == 12
    builder.check()


def test_posting_dates_are_the_days_of_the_business(builder: Builder) -> None:
    """23:59 and 00:01, and on both nights when the clocks change, in Toronto and in Newfoundland."""
    moments = {
        201: datetime(2026, 11, 19, 4, 59, tzinfo=UTC),
        202: datetime(2026, 11, 19, 5, 1, tzinfo=UTC),
        203: datetime(2026, 11, 1, 3, 59, tzinfo=UTC),
        204: datetime(2026, 11, 2, 4, 59, tzinfo=UTC),
        205: datetime(2026, 3, 8, 4, 59, tzinfo=UTC),
        206: datetime(2026, 3, 9, 3, 59, tzinfo=UTC),
        207: datetime(2026, 11, 19, 3, 29, tzinfo=UTC),
        208: datetime(2026, 11, 19, 3, 31, tzinfo=UTC),
    }
    orders = [shop.order(number, created_at=moment, method="cod") for number, moment in moments.items()]
    shop.land_paid(builder.sql, *orders)
    builder.build("+out_odoo__ledger_entries")
    query = (
        "select entry_date::text as date from outbound.out_odoo__ledger_entries"
        " where write_key between 'woocommerce_order_201' and 'woocommerce_order_208' order by write_key"
    )
    assert [row["date"] for row in builder.rows(query)] == [
        "2026-11-18", "2026-11-19", "2026-10-31", "2026-11-01",
        "2026-03-07", "2026-03-08", "2026-11-18", "2026-11-18",
    ]  # fmt: skip
    builder.sql.execute("update settings.business set time_zone = 'America/St_Johns'")
    builder.build("+out_odoo__ledger_entries")
    assert [row["date"] for row in builder.rows(query)][-2:] == ["2026-11-18", "2026-11-19"]
