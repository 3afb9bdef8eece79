"""Counter sales, typed orders, products, customers, stock and books, as they change from hour to hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder

Payload = dict[str, Any]


@pytest.fixture(scope="module")
def books(builder: Builder) -> Iterator[Builder]:
    """A shop with one product on the web, Odoo's stock of it, a counter sale with change, and an entry."""
    _land(builder, "res_currency", {"id": 3, "name": "CAD", "active": True})
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
    builder.build()
    yield builder


def test_a_counter_sale_is_an_order_like_any_other(books: Builder) -> None:
    (order,) = books.rows("select * from marts.orders where order_id = 'odoo_pos:1'")
    assert (order["channel"], order["status"], order["delivery_province"]) == ("counter", "completed", "ON")
    assert (str(order["total_amount"]), str(order["tax_amount"])) == ("16.95", "1.95")
    (line,) = books.rows("select * from marts.order_lines where order_id = 'odoo_pos:1'")
    assert (line["product_id"], line["quantity"], str(line["total_amount"])) == ("sku:tea-1", 2, "15.00")
    (tax,) = books.rows("select * from marts.order_taxes where order_id = 'odoo_pos:1'")
    assert (tax["tax"], tax["province"], str(tax["tax_amount"])) == ("HST", "ON", "1.95")
    (payment,) = books.rows("select * from marts.payments where order_id = 'odoo_pos:1'")
    assert (payment["payment_method"], payment["status"], str(payment["amount"])) == (
        "cash",
        "succeeded",
        "16.95",
    )


def test_the_web_may_not_sell_what_it_has_sold(books: Builder) -> None:
    levels = books.rows(
        "select sku, quantity, hold_reason from outbound.out_woocommerce__stock_levels order by sku"
    )
    assert [(row["sku"], row["quantity"], row["hold_reason"]) for row in levels] == [
        ("POT-1", 2, None),  # 4 there, 1 set aside by Odoo, 1 sold in order 1001
        ("TEA-1", 18, None),  # 20 there, 2 sold in order 1001; the counter's 2 are off the shelf already
    ]


def test_an_entry_knows_its_order_and_its_accounts(books: Builder) -> None:
    (entry,) = books.rows("select * from marts.ledger_entries")
    assert (entry["order_id"], str(entry["debit_amount"])) == ("woocommerce:1001", "5.00")
    _land(books, "account_account", backoffice.account(40, "411999"))
    books.build()
    codes = books.rows("select account_code from marts.ledger_lines order by credit_amount")
    assert [row["account_code"] for row in codes] == ["111510", "411999"]


def test_an_order_typed_into_odoo_is_one_sale_and_set_aside_once(books: Builder) -> None:
    _land(
        books,
        "sale_order",
        backoffice.sale_order(70, "#1001", "draft"),
        backoffice.sale_order(71, "PO-77", "sale"),
    )
    _land(
        books, "sale_order_line", backoffice.sale_order_line(1, 70, 11), backoffice.sale_order_line(2, 71, 11)
    )
    books.build()
    assert _orders(books) == ["odoo_pos:1", "odoo_sale:71", "woocommerce:1001"]
    assert _reserved(books) == {"TEA-1": 2, "POT-1": 1}  # a quotation sets nothing aside
    _land(books, "sale_order", backoffice.sale_order(70, "#1001", "sale"))
    _stock(books, (11, 5, 20.0, 2.0), (12, 5, 4.0, 2.0))
    books.build()
    assert _reserved(books) == {"TEA-1": 0, "POT-1": 0}
    assert {row["sku"]: row["quantity"] for row in _levels(books)} == {"TEA-1": 18, "POT-1": 2}
    (order,) = books.rows("select order_id_odoo from marts.orders where order_id = 'woocommerce:1001'")
    assert order["order_id_odoo"] == 70
    _land(books, "sale_order", backoffice.sale_order(70, False, "sale"))
    books.build()
    assert _orders(books) == ["odoo_pos:1", "odoo_sale:70", "odoo_sale:71", "woocommerce:1001"]
    assert _reserved(books) == {"TEA-1": 2, "POT-1": 1}
    _land(books, "sale_order", backoffice.sale_order(70, "1001", "sale"))
    books.build()
    assert _orders(books) == ["odoo_pos:1", "odoo_sale:71", "woocommerce:1001"]


def test_a_return_at_the_counter_is_a_refund(books: Builder) -> None:
    _land(books, "pos_order", {**backoffice.sale(2, -8.48, -0.98), "refunded_order_id": 1})
    _land(
        books,
        "pos_order_line",
        {**backoffice.sale_line(2, 2, 11, -1.0, -7.5, -8.48), "refunded_orderline_id": 1},
    )
    _land(books, "pos_payment", backoffice.tender(3, 2, 1, -8.48))
    books.build()
    (refund,) = books.rows("select * from marts.refunds where refund_id = 'odoo_pos:2'")
    assert (refund["order_id"], str(refund["amount"]), str(refund["tax_amount"])) == (
        "odoo_pos:1",
        "8.48",
        "0.98",
    )
    (line,) = books.rows("select refunded_quantity from marts.order_lines where order_id = 'odoo_pos:1'")
    assert line["refunded_quantity"] == 1
    assert "odoo_pos:2" not in _orders(books)


def test_a_sku_twice_or_less_than_none_is_held_until_it_is_put_right(books: Builder) -> None:
    _land(books, "product_product", shop.odoo_product(13, "pot-1 "))
    _stock(books, (11, 5, -3.0, 0.0), (12, 5, 4.0, 2.0))
    books.build()
    held = {row["sku"]: row["hold_reason"] for row in _levels(books)}
    assert "on more than one product in Odoo" in held["POT-1"]
    assert "less than none" in held["TEA-1"]
    reasons = {row["check_name"] for row in books.rows("select check_name from marts.quarantine")}
    assert {"sku_twice_in_odoo", "stock_not_negative"} <= reasons
    (line,) = books.rows(
        "select product_id_odoo from marts.order_lines where order_id = 'woocommerce:1001' and sku = 'POT-1'"
    )
    assert line["product_id_odoo"] is None
    _land(books, "product_product", shop.odoo_product(13, "POT-2"))
    _stock(books, (11, 5, 20.0, 0.0), (12, 5, 4.0, 2.0))
    books.build()
    assert {row["hold_reason"] for row in _levels(books)} == {None}
    assert not {"sku_twice_in_odoo", "stock_not_negative"} & {
        row["check_name"] for row in books.rows("select check_name from marts.quarantine")
    }
    lines = books.rows("select product_id_odoo from marts.order_lines where order_id = 'woocommerce:1001'")
    assert {row["product_id_odoo"] for row in lines} == {11, 12}


def test_a_customer_is_one_by_email_and_moves_with_it(books: Builder) -> None:
    _land(books, "res_partner", backoffice.partner(21, " SomeOne@shop.example"))
    _land(books, "pos_order", {**backoffice.sale(1, 16.95, 1.95), "partner_id": 21})
    books.build()
    (customer,) = books.rows("select * from marts.customers where partner_id_odoo = 21")
    assert (customer["email"], customer["web_order_count"]) == ("someone@shop.example", 1)
    _land(books, "res_partner", backoffice.partner(21, "other@shop.example"))
    books.build()
    found = books.rows("select customer_id, email, partner_id_odoo from marts.customers order by email")
    assert [(row["email"], row["partner_id_odoo"]) for row in found] == [
        ("other@shop.example", 21),
        ("someone@shop.example", None),
    ]
    (order,) = books.rows("select customer_id from marts.orders where order_id = 'odoo_pos:1'")
    assert order["customer_id"] == found[0]["customer_id"]


def test_what_is_on_order_is_incoming_until_it_is_received(books: Builder) -> None:
    _land(books, "purchase_order", {"id": 1, "name": "P1", "state": "purchase", "partner_id": 30})
    _land(books, "purchase_order_line", backoffice.purchase_line(1, 10.0, 4.0))
    books.build()
    assert _incoming(books) == {"TEA-1": 6, "POT-1": 0, "POT-2": 0}
    _land(books, "purchase_order_line", backoffice.purchase_line(1, 10.0, 10.0))
    books.build()
    assert _incoming(books) == {"TEA-1": 0, "POT-1": 0, "POT-2": 0}


def test_records_of_any_kind_are_kept_and_named(books: Builder) -> None:
    long = "😀'\";--" * 1_700
    _land(books, "product_product", {**shop.odoo_product(14, long), "name": long, "lst_price": "cheap"})
    _land(
        books,
        "sale_order",
        {**backoffice.sale_order(72, long, "sale"), "amount_total": [1], "date_order": "9999-12-31 00:00:00"},
    )
    _land(
        books,
        "pos_order",
        {**backoffice.sale(3, 1.0, 0.0), "date_order": "tomorrow", "currency_id": "CAD", "name": long},
    )
    _land(books, "res_partner", {**backoffice.partner(22, long), "name": long, "customer_rank": 1})
    shop.land(books.sql, "odoo__stock_quant", {"x": {"product_id": "x", "quantity": "NaN"}})
    shop.land(books.sql, "odoo__account_move_line", {"9": {"id": 9, "move_id": 1, "debit": 1e300}})
    books.build()
    named = {row["quarantine_id"] for row in books.rows("select quarantine_id from marts.quarantine")}
    assert {
        "odoo_product:14:unreadable",
        "order:odoo_sale:72:unreadable",
        "order:odoo_pos:3:unreadable",
        "odoo_stock:x:unreadable",
        "odoo_ledger_entry:odoo:1:unbalanced",
    } <= named
    assert {row["sku"]: row["hold_reason"] for row in _levels(books)} == {"TEA-1": None, "POT-1": None}


def test_a_rebuild_from_nothing_gives_the_same(books: Builder) -> None:
    hourly = books.contents()
    books.build(full_refresh=True)
    rebuilt = books.contents()
    assert rebuilt.keys() == hourly.keys()
    for name, rows in hourly.items():
        assert rebuilt[name] == rows, name
    books.check()


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


def _levels(builder: Builder) -> list[Payload]:
    return builder.rows("select * from outbound.out_woocommerce__stock_levels")


def _orders(builder: Builder) -> list[str]:
    return [row["order_id"] for row in builder.rows("select order_id from marts.orders order by order_id")]


def _reserved(builder: Builder) -> dict[str, int]:
    rows = builder.rows(
        "select sku, reserved_by_web_quantity as n from marts.stock_by_sku where sku <> 'POT-2'"
    )
    return {row["sku"]: int(row["n"]) for row in rows}


def _incoming(builder: Builder) -> dict[str, int]:
    return {
        row["sku"]: int(row["n"])
        for row in builder.rows("select sku, incoming_quantity as n from marts.stock_by_sku")
    }
