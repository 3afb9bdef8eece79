"""The Odoo stand-in's trade: stock counts, sales and their deliveries, purchases, the till."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

import sandbox
from tests.sandbox.json2 import Json2

AGREED = {"skip_backorder": True}


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=20, seed=3, systems=("odoo",)) as world:
        yield world


@pytest.fixture(scope="module")
def odoo(world: sandbox.World) -> Json2:
    return Json2(world)


def partner(odoo: Json2, province: str = "ON") -> int:
    [state] = odoo.find("res.country.state", [["code", "=", province]], "country_id")
    return odoo.make("res.partner", name="P", state_id=state["id"], country_id=state["country_id"])


def sale(odoo: Json2, *goods: tuple[int, float], province: str = "ON", confirm: bool = True) -> int:
    lines = [[0, 0, {"product_id": product, "product_uom_qty": quantity}] for product, quantity in goods]
    order = odoo.make("sale.order", partner_id=partner(odoo, province), order_line=lines)
    if confirm:
        assert odoo.call("sale.order", "action_confirm", ids=[order]) is True
    return order


def pickings(odoo: Json2, link: str, order: int) -> list[dict[str, Any]]:
    return odoo.find("stock.picking", [[link, "=", order]], "state", "move_ids", "backorder_id", "name")


def moves(odoo: Json2, picking: dict[str, Any]) -> list[tuple[float, float, str]]:
    fields = ("product_uom_qty", "quantity", "state")
    found = odoo.find("stock.move", [["picking_id", "=", picking["id"]]], *fields)
    return [(row["product_uom_qty"], row["quantity"], row["state"]) for row in found]


def test_a_count_is_absolute_and_can_be_said_twice(odoo: Json2) -> None:
    mug = odoo.product()
    quant = odoo.count(mug, 20)
    assert odoo.count(mug, 20) == quant and odoo.stock(mug) == (20, 0)
    assert odoo.count(mug, 7) == quant and odoo.stock(mug) == (7, 0)
    values = {"product_id": mug, "location_id": odoo.location, "inventory_quantity_auto_apply": 3}
    odoo.call("stock.quant", "create", vals_list=[values])
    assert odoo.stock(mug) == (7, 0), "without inventory_mode the count is forgotten"
    adjustments = odoo.find("stock.move", [["product_id", "=", mug]], "quantity", "is_inventory", "state")
    assert [(row["quantity"], row["is_inventory"], row["state"]) for row in adjustments] == [
        (20, True, "done"),
        (13, True, "done"),
    ]


def test_applying_a_count_twice_empties_the_stock(odoo: Json2) -> None:
    mug = odoo.product()
    quant = odoo.count(mug, 20)
    vals = {"inventory_quantity": 15}
    odoo.call("stock.quant", "write", ids=[quant], vals=vals, context={"inventory_mode": True})
    odoo.call("stock.quant", "action_apply_inventory", ids=[quant])
    assert odoo.stock(mug) == (15, 0)
    odoo.call("stock.quant", "action_apply_inventory", ids=[quant])
    assert odoo.stock(mug) == (0, 0)


def test_services_have_no_stock(odoo: Json2) -> None:
    service = odoo.make("product.product", name="Wrapping", type="service")
    values = {"product_id": service, "location_id": odoo.location, "inventory_quantity_auto_apply": 3}
    context = {"inventory_mode": True}
    assert odoo.refused("stock.quant", "create", vals_list=[values], context=context)[0] == 422


def test_products_keep_two_decimals_of_weight_and_no_barcode_twice(odoo: Json2) -> None:
    code = uuid4().hex
    mug = odoo.product(weight=0.456, volume=0.002, barcode=code, default_code="SAME")
    found = odoo.one(
        "product.product", mug, "weight", "volume", "display_name", "taxes_id", "product_tmpl_id"
    )
    assert (found["weight"], found["volume"], found["display_name"]) == (0.46, 0.0, "[SAME] Mug")
    assert odoo.refused("product.product", "create", vals_list=[{"name": "x", "barcode": code}])[0] == 422
    odoo.product(default_code="SAME")
    assert len(odoo.find("product.product", [["default_code", "=", "SAME"]])) == 2
    template = odoo.one("product.template", found["product_tmpl_id"], "product_variant_ids", "default_code")
    assert (template["product_variant_ids"], template["default_code"]) == ([mug], "SAME")


def test_a_confirmed_sale_reserves_what_there_is(odoo: Json2) -> None:
    mug, pen = odoo.product(stock=18), odoo.product()
    order = sale(odoo, (mug, 3), (pen, 2))
    fields = ("state", "amount_untaxed", "amount_tax", "amount_total", "delivery_status", "invoice_status")
    found = odoo.one("sale.order", order, *fields)
    assert list(found.values())[1:] == ["sale", 62.5, 8.13, 70.63, "pending", "to invoice"]
    [picking] = pickings(odoo, "sale_id", order)
    assert picking["state"] == "assigned"
    assert moves(odoo, picking) == [(3, 3, "assigned"), (2, 0, "confirmed")]
    assert odoo.stock(mug) == (18, 3)
    quantities = odoo.one("product.product", mug, "qty_available", "free_qty", "outgoing_qty")
    assert list(quantities.values())[1:] == [18, 15, 3]


def test_a_part_delivery_asks_first_and_then_leaves_a_back_order(odoo: Json2) -> None:
    mug = odoo.product(stock=18)
    order = sale(odoo, (mug, 3))
    [picking] = pickings(odoo, "sale_id", order)
    odoo.call("stock.move", "write", ids=picking["move_ids"], vals={"quantity": 1, "picked": True})
    question = odoo.call("stock.picking", "button_validate", ids=[picking["id"]])
    assert question["res_model"] == "stock.backorder.confirmation" and odoo.stock(mug)[0] == 18
    assert odoo.call("stock.picking", "button_validate", ids=[picking["id"]], context=AGREED) is True
    done, rest = pickings(odoo, "sale_id", order)
    assert (done["state"], rest["state"], rest["backorder_id"]) == ("done", "assigned", done["id"])
    assert (moves(odoo, done), moves(odoo, rest)) == ([(1, 1, "done")], [(2, 2, "assigned")])
    assert odoo.stock(mug) == (17, 2)
    assert odoo.one("sale.order", order, "delivery_status")["delivery_status"] == "partial"
    [line] = odoo.find("sale.order.line", [["order_id", "=", order]], "qty_delivered")
    assert line["qty_delivered"] == 1
    odoo.call("stock.picking", "button_validate", ids=[rest["id"]])
    assert odoo.one("sale.order", order, "delivery_status")["delivery_status"] == "full"
    assert odoo.stock(mug) == (15, 0)


def test_a_cancelled_sale_reserves_nothing(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    order = sale(odoo, (mug, 3))
    odoo.call("sale.order", "action_cancel", ids=[order])
    assert odoo.stock(mug) == (5, 0)
    assert odoo.one("sale.order", order, "state")["state"] == "cancel"
    assert odoo.refused("sale.order", "action_confirm", ids=[order])[0] == 422


def test_goods_sold_over_the_counter_were_reserved_for_another(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    order = sale(odoo, (mug, 5))
    ring_up(odoo, mug, 2)
    assert odoo.stock(mug) == (3, 3)
    assert moves(odoo, pickings(odoo, "sale_id", order)[0]) == [(5, 3, "partially_available")]


@pytest.mark.parametrize(
    ("province", "tax"),
    [("ON", 3.24), ("NS", 3.49), ("NB", 3.74), ("AB", 1.25), ("BC", 2.99), ("SK", 2.74), ("QC", 3.73)],
)
def test_the_province_decides_the_tax(odoo: Json2, province: str, tax: float) -> None:
    mug = odoo.product(list_price=24.91)
    order = sale(odoo, (mug, 1), province=province, confirm=False)
    assert odoo.one("sale.order", order, "amount_tax")["amount_tax"] == tax


def test_an_order_rounds_once_where_its_lines_round_one_by_one(odoo: Json2) -> None:
    mug, pen = odoo.product(list_price=37.5), odoo.product(list_price=9.98)
    order = sale(odoo, (mug, 1), (pen, 1), confirm=False)
    lines = odoo.find("sale.order.line", [["order_id", "=", order]], "price_total")
    assert [row["price_total"] for row in lines] == [42.38, 11.28]
    assert odoo.one("sale.order", order, "amount_total")["amount_total"] == 53.65


def test_a_purchase_comes_in_part(odoo: Json2) -> None:
    mug = odoo.product()
    vendor = odoo.make("res.partner", name="Vendor")
    odoo.make("product.supplierinfo", partner_id=vendor, product_id=mug, price=4.5, delay=7)
    order = odoo.make(
        "purchase.order", partner_id=vendor, order_line=[[0, 0, {"product_id": mug, "product_qty": 10}]]
    )
    [line] = odoo.find("purchase.order.line", [["order_id", "=", order]], "price_unit", "date_planned")
    assert line["price_unit"] == 4.5
    assert odoo.call("purchase.order", "button_confirm", ids=[order]) is True
    assert odoo.one("product.product", mug, "incoming_qty")["incoming_qty"] == 10
    [picking] = pickings(odoo, "purchase_id", order)
    odoo.call("stock.move", "write", ids=picking["move_ids"], vals={"quantity": 4, "picked": True})
    odoo.call("stock.picking", "button_validate", ids=[picking["id"]], context=AGREED)
    [line] = odoo.find("purchase.order.line", [["order_id", "=", order]], "qty_received", "product_qty")
    assert (line["qty_received"], line["product_qty"], odoo.stock(mug)) == (4, 10, (4, 0))
    assert odoo.one("purchase.order", order, "receipt_status")["receipt_status"] == "partial"
    odoo.call("stock.picking", "button_validate", ids=[pickings(odoo, "purchase_id", order)[1]["id"]])
    assert odoo.one("purchase.order", order, "receipt_status")["receipt_status"] == "full"
    assert odoo.stock(mug) == (10, 0)


def test_one_reordering_rule_a_product_and_place(odoo: Json2) -> None:
    mug = odoo.product()
    rule = odoo.make("stock.warehouse.orderpoint", product_id=mug, product_min_qty=5, product_max_qty=20)
    assert odoo.one("stock.warehouse.orderpoint", rule, "location_id")["location_id"] == odoo.location
    refused = odoo.refused("stock.warehouse.orderpoint", "create", vals_list=[{"product_id": mug}])
    assert refused[0] == 422 and "already exists" in refused[2]


def till_order(odoo: Json2, product: int, quantity: float) -> dict[str, Any]:
    """What the till's program sends for one line at 10.00 and 13 % HST."""
    user = odoo.call("res.users", "context_get")["uid"]
    sessions = odoo.find("pos.session", [["state", "!=", "closed"]])
    session = sessions[0]["id"] if sessions else odoo.make("pos.session", config_id=1, user_id=user)
    odoo.call("pos.session", "set_opening_control", ids=[session], cashbox_value=100, notes="")
    net, total = 10.0 * quantity, round(11.3 * quantity, 2)
    line = {
        "uuid": str(uuid4()),
        "product_id": product,
        "qty": quantity,
        "price_unit": 10.0,
        "price_subtotal": net,
        "price_subtotal_incl": total,
        "tax_ids": [
            [6, 0, [odoo.find("account.tax", [["amount", "=", 13], ["type_tax_use", "=", "sale"]])[0]["id"]]]
        ],
        "pack_lot_ids": [],
    }
    method = odoo.find("pos.payment.method", [["name", "=", "Card"]])[0]["id"]
    return {
        "uuid": str(uuid4()),
        "session_id": session,
        "user_id": user,
        "lines": [[0, 0, line]],
        "payment_ids": [[0, 0, {"uuid": str(uuid4()), "amount": total, "payment_method_id": method}]],
        "amount_total": total,
        "amount_tax": round(total - net, 2),
        "amount_paid": total,
        "amount_return": 0,
        "state": "paid",
    }


def ring_up(odoo: Json2, product: int, quantity: float) -> dict[str, Any]:
    answer = odoo.call("pos.order", "sync_from_ui", orders=[till_order(odoo, product, quantity)])
    return dict(answer["pos.order"][0])


def test_a_till_sale_counts_once_and_moves_stock(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    sent = till_order(odoo, mug, 2)
    first = odoo.call("pos.order", "sync_from_ui", orders=[sent])
    again = odoo.call("pos.order", "sync_from_ui", orders=[sent])
    assert first["pos.order"][0]["id"] == again["pos.order"][0]["id"]
    assert (first["pos.order"][0]["state"], odoo.stock(mug)) == ("paid", (3, 0))
    assert len(first["pos.order.line"]) == len(first["pos.payment"]) == 1
    [picking] = odoo.find("stock.picking", [["pos_order_id", "=", first["pos.order"][0]["id"]]], "state")
    assert picking["state"] == "done"


def test_goods_that_come_back_are_in_stock_again(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    ring_up(odoo, mug, -1)
    assert odoo.stock(mug) == (6, 0)


def test_the_till_may_sell_what_is_not_there(odoo: Json2) -> None:
    mug = odoo.product()
    ring_up(odoo, mug, 2)
    assert odoo.stock(mug) == (-2, 0)


def test_a_till_order_created_by_hand_moves_no_stock(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    sent = till_order(odoo, mug, 2)
    sent["lines"][0][2].pop("pack_lot_ids")
    odoo.make("pos.order", **sent, name="by hand")
    assert odoo.stock(mug) == (5, 0)


def test_closing_the_till_books_its_sales(odoo: Json2) -> None:
    mug = odoo.product(stock=5)
    order = ring_up(odoo, mug, 2)
    session = order["session_id"]
    assert odoo.refused("pos.session", "create", vals_list=[{"config_id": 1}])[0] == 422
    drafts = odoo.find("pos.order", [["session_id", "=", session], ["state", "=", "draft"]])
    odoo.call("pos.order", "write", ids=[row["id"] for row in drafts], vals={"state": "paid"})
    assert odoo.call("pos.session", "close_session_from_ui", ids=[session]) == {"successful": True}
    closed = odoo.one("pos.session", session, "state", "move_id")
    entry = odoo.one("account.move", closed["move_id"], "state", "name")
    assert closed["state"] == "closed" and entry["state"] == "posted" and entry["name"].startswith("POSS/")
    assert odoo.one("pos.order", order["id"], "state")["state"] == "done"
    late = {**till_order(odoo, mug, 1), "session_id": session}
    assert odoo.refused("pos.order", "sync_from_ui", orders=[late])[0] == 422
