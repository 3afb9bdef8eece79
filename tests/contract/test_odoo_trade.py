"""Odoo 19 over JSON-2: stock, sales, purchases and the till. The same against the real server and ours."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.odoo_client import Json2, product, set_stock, stock


def test_an_adjustment_is_absolute_and_can_be_repeated(odoo: Json2, warehouse_location: int) -> None:
    made = product(odoo)
    before = odoo.one("product.product", made, "write_date")
    time.sleep(1.1)
    for quantity in (7, 7, -3, 5):
        set_stock(odoo, made, warehouse_location, quantity)
        assert stock(odoo, made) == (quantity, 0)
    # a change of stock is no change of the product: only the quants tell
    assert odoo.one("product.product", made, "write_date") == before


def test_stock_is_grouped_by_product_and_location(odoo: Json2, warehouse_location: int) -> None:
    made = product(odoo)
    set_stock(odoo, made, warehouse_location, 4)
    [group] = odoo.call(
        "stock.quant",
        "formatted_read_group",
        domain=[["product_id", "=", made], ["location_id.usage", "=", "internal"]],
        groupby=["product_id", "location_id"],
        aggregates=["quantity:sum", "reserved_quantity:sum"],
    )
    assert group["product_id"][0] == made and isinstance(group["product_id"][1], str)
    assert group["location_id"][0] == warehouse_location
    assert group["quantity:sum"] == 4 and group["reserved_quantity:sum"] == 0


def test_a_sale_reserves_then_ships_in_parts(odoo: Json2, warehouse_location: int) -> None:
    made = product(odoo)
    set_stock(odoo, made, warehouse_location, 10)
    customer = odoo.make("res.partner", name=f"Buyer {odoo.tag}", email=f"{odoo.tag}@example.com")
    line = [0, 0, {"product_id": made, "product_uom_qty": 3, "price_unit": 18.5}]
    order = odoo.make("sale.order", partner_id=customer, client_order_ref=odoo.tag, order_line=[line])
    assert odoo.one("sale.order", order, "state")["state"] == "draft"
    assert odoo.call("sale.order", "action_confirm", ids=[order]) is True
    assert stock(odoo, made) == (10, 3)
    _ship(odoo, odoo.find("stock.move", [["sale_line_id.order_id", "=", order]], "picking_id")[0], 2)
    assert stock(odoo, made) == (8, 1)
    [sold] = odoo.find(
        "sale.order.line", [["order_id", "=", order]], "product_uom_qty", "qty_delivered", "price_subtotal"
    )
    assert (sold["product_uom_qty"], sold["qty_delivered"], sold["price_subtotal"]) == (3, 2, 55.5)
    pickings = odoo.find("stock.picking", [["sale_id", "=", order]], "state", "backorder_id")
    assert sorted(row["state"] for row in pickings) == ["assigned", "done"]
    assert {row["backorder_id"] for row in pickings} == {False, min(row["id"] for row in pickings)}


def _ship(odoo: Json2, move: dict[str, Any], quantity: int) -> None:
    """Part of a move is done. Without the right context Odoo asks a question (200), and does nothing."""
    odoo.call("stock.move", "write", ids=[move["id"]], vals={"quantity": quantity, "picked": True})
    question = odoo.call("stock.picking", "button_validate", ids=[move["picking_id"]])
    assert question["res_model"] == "stock.backorder.confirmation"
    assert odoo.one("stock.move", move["id"], "state")["state"] != "done"
    context = {"skip_backorder": True, "skip_sms": True}
    assert odoo.call("stock.picking", "button_validate", ids=[move["picking_id"]], context=context) is True
    assert odoo.one("stock.move", move["id"], "state", "quantity") == {
        "id": move["id"],
        "state": "done",
        "quantity": quantity,
    }


def test_a_lines_text_does_not_touch_its_order(odoo: Json2) -> None:
    customer = odoo.make("res.partner", name=f"Writer {odoo.tag}")
    line = [0, 0, {"product_id": product(odoo), "product_uom_qty": 1, "price_unit": 5}]
    order = odoo.make("sale.order", partner_id=customer, order_line=[line])
    before = odoo.one("sale.order", order, "write_date", "order_line")
    time.sleep(1.1)
    odoo.call("sale.order.line", "write", ids=before["order_line"], vals={"name": "other words"})
    assert odoo.one("sale.order", order, "write_date", "order_line") == before
    [changed] = odoo.find("sale.order.line", [["order_id", "=", order]], "write_date")
    assert changed["write_date"] > before["write_date"]


def test_a_purchase_is_received_in_parts(odoo: Json2) -> None:
    made = product(odoo)
    supplier = odoo.make("res.partner", name=f"Supplier {odoo.tag}", supplier_rank=1)
    line = [
        0,
        0,
        {"product_id": made, "product_qty": 12, "price_unit": 7.25, "date_planned": "2026-12-01 12:00:00"},
    ]
    order = odoo.make("purchase.order", partner_id=supplier, order_line=[line])
    assert odoo.call("purchase.order", "button_confirm", ids=[order]) is True
    assert odoo.one("purchase.order", order, "state")["state"] == "purchase"
    _ship(odoo, odoo.find("stock.move", [["purchase_line_id.order_id", "=", order]], "picking_id")[0], 5)
    [bought] = odoo.find(
        "purchase.order.line", [["order_id", "=", order]], "product_qty", "qty_received", "date_planned"
    )
    assert (bought["product_qty"], bought["qty_received"]) == (12, 5)
    assert bought["date_planned"] == "2026-12-01 12:00:00"
    assert stock(odoo, made) == (5, 0)


def test_one_reordering_rule_for_a_product_and_place(odoo: Json2, warehouse_location: int) -> None:
    rule = {
        "product_id": product(odoo),
        "location_id": warehouse_location,
        "product_min_qty": 5,
        "product_max_qty": 30,
    }
    odoo.make("stock.warehouse.orderpoint", **rule, trigger="manual")
    status, name, _ = odoo.refused("stock.warehouse.orderpoint", "create", vals_list=[rule])
    assert (status, name) == (422, "odoo.exceptions.ValidationError")


def test_a_till_sale_counts_once_and_moves_stock(odoo: Json2, warehouse_location: int) -> None:
    made = product(odoo, available_in_pos=True)
    set_stock(odoo, made, warehouse_location, 10)
    session, card = _till(odoo)
    sale = _till_sale(made, session, card)
    for _ in range(2):
        odoo.call("pos.order", "sync_from_ui", orders=[sale])
    [order] = odoo.find(
        "pos.order",
        [["uuid", "=", sale["uuid"]]],
        "state",
        "amount_total",
        "amount_paid",
        "lines",
        "payment_ids",
    )
    assert (order["state"], order["amount_total"], order["amount_paid"]) == ("paid", 20.0, 20.0)
    assert len(order["lines"]) == 1 and len(order["payment_ids"]) == 1
    assert stock(odoo, made) == (8, 0)


def _till(odoo: Json2) -> tuple[int, int]:
    """An open session and its card payment method."""
    tills = odoo.find("pos.config", [], "payment_method_ids")
    if not tills:
        pytest.skip("this Odoo has no till, and only a manager may make one")
    methods = odoo.find("pos.payment.method", [["id", "in", tills[0]["payment_method_ids"]]], "type")
    card = next(row["id"] for row in methods if row["type"] == "bank")
    sessions = odoo.find(
        "pos.session", [["config_id", "=", tills[0]["id"]], ["state", "!=", "closed"]], "state"
    )
    if sessions:
        session = sessions[0]["id"]
    else:
        user = odoo.call("res.users", "context_get")["uid"]
        [session] = odoo.call(
            "pos.session", "create", vals_list=[{"config_id": tills[0]["id"], "user_id": user}]
        )
    if not sessions or sessions[0]["state"] == "opening_control":
        odoo.call("pos.session", "set_opening_control", ids=[session], cashbox_value=0, notes="")
    return session, card


def _till_sale(product_id: int, session: int, card: int) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    line = {
        "uuid": str(uuid4()),
        "product_id": product_id,
        "qty": 2,
        "price_unit": 10.0,
        "discount": 0,
        "tax_ids": [[6, 0, []]],
    }
    amounts = {"amount_total": 20.0, "amount_tax": 0, "amount_paid": 20.0, "amount_return": 0}
    return {
        "uuid": str(uuid4()),
        "access_token": str(uuid4()),
        "session_id": session,
        "partner_id": False,
        "date_order": now,
        "lines": [[0, 0, {**line, "price_subtotal": 20.0, "price_subtotal_incl": 20.0}]],
        "payment_ids": [
            [0, 0, {"uuid": str(uuid4()), "name": now, "payment_method_id": card, "amount": 20.0}]
        ],
        **amounts,
        "state": "paid",
        "to_invoice": False,
    }


def test_a_pack_that_is_bought_is_so_many_pieces(odoo: Json2) -> None:
    """Line and receipt in packs; the order's other figure, the moves and the stock in pieces."""
    made = product(odoo)
    supplier = odoo.make("res.partner", name=f"Packer {odoo.tag}", supplier_rank=1)
    [pack] = odoo.find("uom.uom", [["name", "=", "Pack of 6"]], "factor")
    line = {"product_id": made, "product_qty": 2, "product_uom_id": pack["id"], "price_unit": 30}
    order = odoo.make("purchase.order", partner_id=supplier, order_line=[[0, 0, line]])
    odoo.call("purchase.order", "button_confirm", ids=[order])
    [move] = odoo.find(
        "stock.move", [["purchase_line_id.order_id", "=", order]], "product_uom_qty", "picking_id"
    )
    assert move["product_uom_qty"] == 12
    _ship(odoo, move, 6)
    fields = ("product_qty", "product_uom_qty", "qty_received", "price_subtotal")
    [bought] = odoo.find("purchase.order.line", [["order_id", "=", order]], *fields)
    assert [bought[name] for name in fields] == [2, 12, 1, 60]
    assert stock(odoo, made) == (6, 0)
