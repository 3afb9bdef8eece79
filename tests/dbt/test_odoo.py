"""Counter sales, typed orders, products, customers, stock and books, as they change from hour to hour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder

Payload = dict[str, Any]

Snapshot = dict[str, dict[str, Payload]]

_KEYS = {
    "orders": ("marts", "order_id"),
    "order_lines": ("marts", "order_line_id"),
    "order_taxes": ("marts", "order_tax_id"),
    "payments": ("marts", "payment_id"),
    "refunds": ("marts", "refund_id"),
    "customers": ("marts", "customer_id"),
    "stock_by_sku": ("marts", "product_id"),
    "ledger_entries": ("marts", "ledger_entry_id"),
    "ledger_lines": ("marts", "ledger_line_id"),
    "quarantine": ("marts", "quarantine_id"),
    "out_woocommerce__stock_levels": ("outbound", "write_key"),
}
_NEGATIVE = "stock:11:5:stock_not_negative"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def books(builder: Builder) -> Builder:
    """A shop with one product on the web, Odoo's stock of it, a counter sale with change, and an entry."""
    _land(builder, "res_currency", {"id": 3, "name": "CAD", "active": True})
    _land(builder, "res_country", {"id": 38, "code": "CA", "name": "Canada"})
    for number, code in enumerate(("AB", "BC", "MB", "NB", "NS", "ON", "QC", "SK")):
        _land(
            builder, "res_country_state", {"id": 533 + number, "code": code, "name": code, "country_id": 38}
        )
    _land(
        builder,
        "stock_location",
        backoffice.location(5, "WH/Stock"),
        {**backoffice.location(9, "Customers"), "usage": "customer"},
    )
    _land(
        builder, "stock_warehouse", {"id": 1, "name": "WH", "code": "WH", "lot_stock_id": 5, "active": True}
    )
    _land(
        builder,
        "account_tax",
        backoffice.tax(1, "5% GST", 5.0),
        backoffice.tax(6, "9.975% QST", 9.975),
        backoffice.tax(7, "13% HST", 13.0),
        {**backoffice.tax(13, "14.975% GST+QST", 100.0), "amount_type": "group", "children_tax_ids": [1, 6]},
    )
    _land(
        builder,
        "pos_payment_method",
        {"id": 1, "name": "Cash", "is_cash_count": True, "journal_id": 9, "active": True},
        {"id": 2, "name": "Card (Till 1)", "is_cash_count": False, "journal_id": 6, "active": True},
    )
    _land(builder, "product_product", shop.odoo_product(11, "TEA-1"), shop.odoo_product(12, "POT-1"))
    shop.land(
        builder.sql,
        "woocommerce__products",
        {
            str(shop.product_number(sku)): shop.product(shop.product_number(sku), sku)
            for sku in ("TEA-1", "POT-1")
        },
    )
    _stock(builder, (11, 5, 20.0, 0.0), (12, 5, 4.0, 1.0))
    _land(builder, "pos_order", backoffice.sale(1, 16.95, 1.95))
    _land(builder, "pos_order_line", backoffice.sale_line(1, 1, 11, 2.0, 15.0, 16.95))
    _land(
        builder,
        "pos_payment",
        backoffice.tender(1, 1, 1, 20.0),
        {**backoffice.tender(2, 1, 1, -3.05), "is_change": True},
    )
    _land(builder, "account_journal", {"id": 2, "code": "MISC", "name": "Miscellaneous", "type": "general"})
    _land(builder, "account_account", backoffice.account(40, "411110"), backoffice.account(41, "111510"))
    _land(builder, "account_move", backoffice.entry(1, "counterflow.ledger_entry_woocommerce_order_1001"))
    _land(
        builder,
        "account_move_line",
        backoffice.entry_line(1, 1, 41, 5.0, 0.0),
        backoffice.entry_line(2, 1, 40, 0.0, 5.0),
    )
    shop.land_paid(builder.sql, shop.order(1001))
    return builder


@pytest.fixture(scope="module")
def hours(books: Builder) -> list[Snapshot]:
    """What the marts said after each of five builds; the first is of the shop as it stands."""
    found = [_built(books)]

    _land(books, "account_account", backoffice.account(40, "411999"))
    _land(books, "sale_order", backoffice.sale_order(70, "#1001", "draft"))
    _land(books, "sale_order", backoffice.sale_order(71, "PO-77", "sale"))
    _land(books, "sale_order_line", *(backoffice.sale_order_line(n, n + 69, 11) for n in (1, 2)))
    _land(books, "pos_order", {**backoffice.sale(2, -8.48, -0.98), "refunded_order_id": 1})
    returned = backoffice.sale_line(2, 2, 11, -1.0, -7.5, -8.48)
    _land(books, "pos_order_line", {**returned, "refunded_orderline_id": 1})
    _land(books, "pos_payment", backoffice.tender(3, 2, 1, -8.48))
    _land(books, "res_partner", backoffice.partner(21, " SomeOne@shop.example"))
    _land(books, "pos_order", {**backoffice.sale(1, 16.95, 1.95), "partner_id": 21})
    _land(books, "purchase_order", {"id": 1, "name": "P1", "state": "purchase", "partner_id": 30})
    _land(books, "purchase_order_line", backoffice.purchase_line(1, 10.0, 4.0))
    found.append(_built(books))

    _land(books, "sale_order", backoffice.sale_order(70, "#1001", "sale"))
    _stock(books, (11, 5, 20.0, 2.0), (12, 5, 4.0, 2.0))
    _land(books, "res_partner", backoffice.partner(21, "other@shop.example"))
    _land(books, "purchase_order_line", backoffice.purchase_line(1, 10.0, 10.0))
    found.append(_built(books))

    _land(books, "sale_order", backoffice.sale_order(70, False, "sale"))
    _land(books, "product_product", shop.odoo_product(13, "pot-1 "))
    _stock(books, (11, 5, -3.0, 0.0))
    _spoil(books)
    found.append(_built(books))

    _land(books, "sale_order", backoffice.sale_order(70, "1001", "sale"))
    _land(books, "product_product", shop.odoo_product(13, "POT-2"))
    _stock(books, (11, 5, 20.0, 0.0))
    found.append(_built(books))
    return found


def test_a_counter_sale_is_an_order_like_any_other(hours: list[Snapshot]) -> None:
    order = hours[0]["orders"]["odoo_pos:1"]
    assert (order["channel"], order["status"], order["delivery_province"]) == ("counter", "completed", "ON")
    assert (str(order["total_amount"]), str(order["tax_amount"])) == ("16.95", "1.95")
    line = hours[0]["order_lines"]["odoo_pos:1"]
    assert (line["product_id"], line["quantity"], str(line["total_amount"])) == ("sku:tea-1", 2, "15.00")
    (tax,) = [row for row in hours[0]["order_taxes"].values() if row["order_id"] == "odoo_pos:1"]
    assert (tax["tax"], tax["province"], str(tax["tax_amount"])) == ("HST", "ON", "1.95")
    payment = hours[0]["payments"]["odoo_pos:1"]
    assert (payment["payment_method"], payment["status"]) == ("cash", "succeeded")
    assert str(payment["amount"]) == "16.95", "20.00 less the change"


def test_the_web_may_not_sell_what_it_has_sold(hours: list[Snapshot]) -> None:
    # 4 there, 1 set aside by Odoo, 1 sold in order 1001
    # 20 there, 2 sold in order 1001; the counter's 2 are off the shelf already
    assert _levels(hours[0]) == {"POT-1": (2, None), "TEA-1": (18, None)}


def test_an_entry_knows_its_order_and_follows_its_accounts(hours: list[Snapshot]) -> None:
    entry = hours[0]["ledger_entries"]["odoo:1"]
    assert (entry["order_id"], str(entry["debit_amount"])) == ("woocommerce:1001", "5.00")
    assert hours[0]["ledger_lines"]["odoo:2"]["account_code"] == "411110"
    assert hours[1]["ledger_lines"]["odoo:2"]["account_code"] == "411999"


def test_an_order_typed_into_odoo_is_one_sale_and_set_aside_once(hours: list[Snapshot]) -> None:
    typed = [set(hour["orders"]) & {"odoo_sale:70", "odoo_sale:71", "woocommerce:1001"} for hour in hours]
    apart = {"odoo_sale:70", "odoo_sale:71", "woocommerce:1001"}
    one_sale = {"odoo_sale:71", "woocommerce:1001"}
    assert typed == [{"woocommerce:1001"}, one_sale, one_sale, apart, one_sale]
    known_as = [hour["orders"]["woocommerce:1001"]["order_id_odoo"] for hour in hours]
    assert known_as == [None, 70, 70, None, 70]
    waiting = [hour["stock_by_sku"]["sku:tea-1"]["reserved_by_web_quantity"] for hour in hours]
    assert waiting == [2, 2, 0, 2, 0], "a quotation sets nothing aside, a confirmed order all of it"
    assert _levels(hours[2]) == _levels(hours[0])


def test_a_return_at_the_counter_is_a_refund(hours: list[Snapshot]) -> None:
    refund = hours[1]["refunds"]["odoo_pos:2"]
    assert refund["order_id"] == "odoo_pos:1"
    assert (str(refund["amount"]), str(refund["tax_amount"])) == ("8.48", "0.98")
    assert [hour["order_lines"]["odoo_pos:1"]["refunded_quantity"] for hour in hours[:2]] == [0, 1]
    assert "odoo_pos:2" not in hours[1]["orders"]
    assert "odoo_pos:3" not in hours[1]["payments"]


def test_a_customer_is_one_by_email_and_moves_with_it(hours: list[Snapshot]) -> None:
    def known(hour: Snapshot) -> dict[str, Any]:
        return {
            row["email"]: (row["partner_id_odoo"], row["web_order_count"])
            for row in hour["customers"].values()
        }

    assert known(hours[1]) == {"someone@shop.example": (21, 1)}
    assert known(hours[2]) == {"someone@shop.example": (None, 1), "other@shop.example": (21, 0)}
    assert (
        hours[1]["orders"]["odoo_pos:1"]["customer_id"]
        == hours[1]["orders"]["woocommerce:1001"]["customer_id"]
    )
    assert (
        hours[2]["orders"]["odoo_pos:1"]["customer_id"]
        != hours[2]["orders"]["woocommerce:1001"]["customer_id"]
    )


def test_what_is_on_order_is_incoming_until_it_is_received(hours: list[Snapshot]) -> None:
    assert [hour["stock_by_sku"]["sku:tea-1"]["incoming_quantity"] for hour in hours[:3]] == [0, 6, 0]


def test_a_sku_twice_or_less_than_none_is_held_until_it_is_put_right(hours: list[Snapshot]) -> None:
    reasons = {sku: reason or "" for sku, (_, reason) in _levels(hours[3]).items()}
    assert "on more than one product in Odoo" in reasons["POT-1"]
    assert "less than none" in reasons["TEA-1"]
    checks = {f"product:woocommerce:{shop.product_number('POT-1')}:sku_twice_in_odoo", _NEGATIVE}
    assert checks <= set(hours[3]["quarantine"])
    assert hours[3]["order_lines"]["woocommerce:1001:100102"]["product_id_odoo"] is None
    assert {reason for _, reason in _levels(hours[4]).values()} == {None}
    assert not checks & set(hours[4]["quarantine"])
    assert hours[4]["order_lines"]["woocommerce:1001:100102"]["product_id_odoo"] == 12


def test_records_of_any_kind_are_kept_and_named(hours: list[Snapshot]) -> None:
    assert {
        "odoo_product:14:unreadable",
        "order:odoo_sale:72:unreadable",
        "order:odoo_pos:3:unreadable",
        "odoo_stock:x:unreadable",
        "odoo_ledger_entry:odoo:1:unbalanced",
    } <= set(hours[4]["quarantine"])


def test_a_rebuild_from_nothing_gives_the_same(books: Builder, hours: list[Snapshot]) -> None:
    hourly = books.contents()
    books.build(full_refresh=True)
    rebuilt = books.contents()
    assert rebuilt.keys() == hourly.keys()
    for name, rows in hourly.items():
        assert rebuilt[name] == rows, name
    books.check()


def _spoil(builder: Builder) -> None:
    long = "😀'\";--" * 1_700
    _land(builder, "product_product", {**shop.odoo_product(14, long), "name": long, "lst_price": "cheap"})
    sale = {"amount_total": [1], "date_order": "9999-12-31 00:00:00"}
    _land(builder, "sale_order", {**backoffice.sale_order(72, long, "sale"), **sale})
    sale = {"date_order": "tomorrow", "currency_id": "CAD", "name": long}
    _land(builder, "pos_order", {**backoffice.sale(3, 1.0, 0.0), **sale})
    _land(builder, "res_partner", {**backoffice.partner(22, long), "name": long, "customer_rank": 1})
    shop.land(builder.sql, "odoo__stock_quant", {"x": {"product_id": "x", "quantity": "NaN"}})
    shop.land(builder.sql, "odoo__account_move_line", {"9": {"id": 9, "move_id": 1, "debit": 1e300}})


def _built(builder: Builder) -> Snapshot:
    """The marts after a build, each row by its key; an order's first line by the order's key as well."""
    builder.build()
    found = {
        mart: {row[key]: row for row in builder.rows(f"select * from {schema}.{mart}")}
        for mart, (schema, key) in _KEYS.items()
    }
    found["order_lines"] |= {
        row["order_id"]: row for row in found["order_lines"].values() if row["line_number"] == 1
    }
    return found


def _levels(hour: Snapshot) -> dict[str, tuple[int, str | None]]:
    levels = hour["out_woocommerce__stock_levels"].values()
    return {row["sku"]: (row["quantity"], row["hold_reason"]) for row in levels}


def _land(builder: Builder, model: str, *payloads: Payload) -> None:
    shop.land(builder.sql, f"odoo__{model}", {str(payload["id"]): payload for payload in payloads})


def _stock(builder: Builder, *quants: tuple[int, int, float, float]) -> None:
    shop.land(
        builder.sql,
        "odoo__stock_quant",
        {
            f"{product}:{location}": {
                "key": f"{product}:{location}", "product_id": product, "location_id": location,
                "quantity": quantity, "reserved_quantity": reserved,
            }
            for product, location, quantity, reserved in quants
        },
    )  # fmt: skip
