"""Sale orders and purchase orders: completed when created, and the pickings that confirming them makes."""

from __future__ import annotations

from datetime import timedelta

from sandbox.odoo_access import check_access
from sandbox.odoo_compute import children, picking_state
from sandbox.odoo_errors import UserError
from sandbox.odoo_names import display_name
from sandbox.odoo_pickings import new_picking
from sandbox.odoo_read import Records
from sandbox.odoo_sequences import next_number
from sandbox.odoo_stock import cancel_move, new_move, reserve
from sandbox.odoo_store import Env, Row, stamp
from sandbox.odoo_taxes import tax_for_partner
from sandbox.odoo_units import pieces
from sandbox.odoo_write import RULES, Rules

_IN_SALE_TOTAL = frozenset(
    {"product_uom_qty", "price_unit", "discount", "tax_ids", "qty_delivered", "product_id"}
)
_IN_PURCHASE_TOTAL = frozenset(
    {"product_qty", "price_unit", "discount", "tax_ids", "qty_received", "product_id"}
)


def prepare_sale(env: Env, values: Row) -> None:
    """Number, date, addresses, currency and warehouse of a quotation."""
    values["name"] = values.get("name") or next_number(env, "S")
    values["date_order"] = values.get("date_order") or env.stamp[:19]
    for name in ("partner_invoice_id", "partner_shipping_id"):
        values.setdefault(name, values.get("partner_id", False))
    _complete_order(env, values)
    values.setdefault("warehouse_id", 1)


def _complete_order(env: Env, values: Row) -> None:
    values.setdefault("company_id", 1)
    values.setdefault("currency_id", env.row("res.company", 1)["currency_id"])
    values.setdefault("user_id", env.uid)


def prepare_sale_line(env: Env, values: Row) -> None:
    """Text, price and taxes of the product, the taxes by the province the order goes to."""
    product = _complete_line(env, values)
    if product is None:
        values["product_uom_qty"] = 0.0
        return
    template = env.row("product.template", product["product_tmpl_id"])
    values.setdefault("price_unit", template.get("list_price", 0.0))
    if "tax_ids" not in values and template.get("taxes_id"):
        order = env.row("sale.order", values["order_id"])
        taxes = tax_for_partner(env, order.get("partner_shipping_id") or order["partner_id"], "sale")
        values["tax_ids"] = [[6, 0, taxes]]


def _complete_line(env: Env, values: Row) -> Row | None:
    product = env.table("product.product").rows.get(values.get("product_id") or 0)
    if product is None:
        return None
    values["name"] = values.get("name") or display_name(env, "product.product", product)
    values.setdefault("product_uom_id", env.row("product.template", product["product_tmpl_id"])["uom_id"])
    return product


def sale_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """Another delivery address goes to the pickings too, where the caller's context asks for that."""
    if "partner_shipping_id" in values and env.context.get("update_delivery_shipping_partner"):
        for order_id in ids:
            for picking in children(env, "stock.picking", "sale_id", order_id):
                env.update("stock.picking", picking["id"], {"partner_id": values["partner_shipping_id"]})


def sale_line_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """The order's sums changed, so the order counts as written; its text alone changes nothing there. More
    of a line that is sold already is delivered too."""
    if _IN_SALE_TOTAL & values.keys():
        for order_id in dict.fromkeys(line["order_id"] for line in env.rows("sale.order.line", ids)):
            env.update("sale.order", order_id, {})
            if "product_uom_qty" in values and env.row("sale.order", order_id)["state"] == "sale":
                _make_delivery(env, env.row("sale.order", order_id))


def purchase_line_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """As for a sale."""
    if _IN_PURCHASE_TOTAL & values.keys():
        for order_id in dict.fromkeys(line["order_id"] for line in env.rows("purchase.order.line", ids)):
            env.update("purchase.order", order_id, {})


def action_confirm(self: Records) -> bool:
    """The orders are sales, dated now; their goods are reserved as far as there are any."""
    check_access(self.env, "sale.order", "write")
    if any(row["state"] not in ("draft", "sent") for row in self.rows()):
        raise UserError("Some orders are not in a state requiring confirmation.")
    for row in self.rows():
        self.env.update("sale.order", row["id"], {"state": "sale", "date_order": self.env.stamp[:19]})
        for line in children(self.env, "sale.order.line", "order_id", row["id"]):
            self.env.update("sale.order.line", line["id"], {})
        _make_delivery(self.env, row)
    return True


def is_storable(env: Env, product_id: int) -> bool:
    """True if the product's stock is counted."""
    product = env.row("product.product", product_id)
    return bool(env.row("product.template", product["product_tmpl_id"]).get("type") == "consu")


def _make_delivery(env: Env, order: Row) -> None:
    """What the lines ask beyond the moves they have is moved by the open picking, else by a new one."""
    lines = [
        line
        for line in children(env, "sale.order.line", "order_id", order["id"])
        if line.get("product_id") and is_storable(env, line["product_id"]) and _unplanned(env, line) > 0
    ]
    if not lines:
        return
    warehouse = env.row("stock.warehouse", order["warehouse_id"])
    partner, now = order["partner_shipping_id"], env.stamp[:19]
    pickings = children(env, "stock.picking", "sale_id", order["id"])
    waiting = [
        row["id"] for row in pickings if picking_state(env, "stock.picking", row) not in ("done", "cancel")
    ]
    picking = (
        waiting[-1]
        if waiting
        else new_picking(
            env,
            warehouse["out_type_id"],
            {"origin": order["name"], "partner_id": partner, "sale_id": order["id"], "date_deadline": now},
        )
    )
    place = env.row("stock.picking", picking)
    for line in lines:
        move = new_move(
            env,
            {
                "reference": place["name"],
                "origin": order["name"],
                "picking_id": picking,
                "date_deadline": now,
                "description_picking": "",
                "picking_type_id": place["picking_type_id"],
                "product_id": line["product_id"],
                "product_uom_qty": _unplanned(env, line),
                "location_id": place["location_id"],
                "location_dest_id": place["location_dest_id"],
                "location_final_id": place["location_dest_id"],
                "partner_id": partner,
                "warehouse_id": warehouse["id"],
                "sale_line_id": line["id"],
            },
        )
        reserve(env, move)


def _unplanned(env: Env, line: Row) -> float:
    moves = children(env, "stock.move", "sale_line_id", line["id"])
    planned = sum(
        move.get("quantity", 0.0) if move["state"] == "done" else move["product_uom_qty"]
        for move in moves
        if move["state"] != "cancel"
    )
    return float(line.get("product_uom_qty", 0.0) - planned)


def action_cancel(self: Records) -> bool:
    """The sales are cancelled, and what had not left yet stays."""
    check_access(self.env, "sale.order", "write")
    for row in self.rows():
        for picking in children(self.env, "stock.picking", "sale_id", row["id"]):
            for move in children(self.env, "stock.move", "picking_id", picking["id"]):
                cancel_move(self.env, move)
        self.env.update("sale.order", row["id"], {"state": "cancel"})
        for line in children(self.env, "sale.order.line", "order_id", row["id"]):
            self.env.update("sale.order.line", line["id"], {})
    return True


def prepare_purchase(env: Env, values: Row) -> None:
    """Number, date and currency of a request for quotation."""
    values["name"] = values.get("name") or next_number(env, "P")
    values["date_order"] = values.get("date_order") or env.stamp[:19]
    values.setdefault("picking_type_id", env.row("stock.warehouse", 1)["in_type_id"])
    _complete_order(env, values)


def purchase_created(env: Env, order_id: int) -> None:
    """Unless it says otherwise, the order is expected when its first line is."""
    dates = [
        line["date_planned"]
        for line in children(env, "purchase.order.line", "order_id", order_id)
        if line.get("date_planned")
    ]
    if dates and not env.row("purchase.order", order_id).get("date_planned"):
        env.update("purchase.order", order_id, {"date_planned": min(dates)})


def prepare_purchase_line(env: Env, values: Row) -> None:
    """Text, the supplier's price and lead time, taxes."""
    product = _complete_line(env, values)
    if product is None:
        return
    order = env.row("purchase.order", values["order_id"])
    offer = _offer(env, product, order["partner_id"])
    values.setdefault("price_unit", offer.get("price", 0.0))
    if not values.get("date_planned"):
        values["date_planned"] = stamp(env.now + timedelta(days=offer.get("delay", 0)))[:19]
    if "tax_ids" not in values and env.row("product.template", product["product_tmpl_id"]).get(
        "supplier_taxes_id"
    ):
        values["tax_ids"] = [[6, 0, _purchase_taxes(env, order["partner_id"])]]


def _purchase_taxes(env: Env, partner_id: int) -> list[int]:
    """A supplier without a province is taken for one at home."""
    at_home = not env.row("res.partner", partner_id).get("state_id")
    return tax_for_partner(env, 1 if at_home else partner_id, "purchase")


def _offer(env: Env, product: Row, partner_id: int) -> Row:
    table = env.table("product.supplierinfo")
    for row_id in sorted(table.find("product_tmpl_id", product["product_tmpl_id"])):
        row = table.rows[row_id]
        if row["partner_id"] == partner_id and row.get("product_id", product["id"]) == product["id"]:
            return row
    return {}


def button_confirm(self: Records) -> bool:
    """The orders are purchases, and their receipts wait."""
    check_access(self.env, "purchase.order", "write")
    for row in self.rows():
        if row["state"] in ("draft", "sent"):
            self.env.update(
                "purchase.order", row["id"], {"state": "purchase", "date_approve": self.env.stamp[:19]}
            )
            _make_receipt(self.env, row)
    return True


def _make_receipt(env: Env, order: Row) -> None:
    lines = [
        line
        for line in children(env, "purchase.order.line", "order_id", order["id"])
        if line.get("product_id") and line.get("product_qty") and is_storable(env, line["product_id"])
    ]
    if not lines:
        return
    first = min(line["date_planned"] for line in lines)
    picking = new_picking(
        env,
        order["picking_type_id"],
        {
            "origin": order["name"],
            "partner_id": order["partner_id"],
            "purchase_id": order["id"],
            "scheduled_date": first,
            "date_deadline": first,
        },
    )
    place = env.row("stock.picking", picking)
    in_time = sorted(lines, key=lambda line: str(line["date_planned"]))
    for line in lines:
        move = new_move(
            env,
            {
                "reference": place["name"],
                "origin": order["name"],
                "picking_id": picking,
                "sequence": 5 * (in_time.index(line) + 1),
                "warehouse_id": 1,
                "picking_type_id": place["picking_type_id"],
                "product_id": line["product_id"],
                "product_uom_qty": line["product_qty"] * pieces(env, line),
                "location_id": place["location_id"],
                "location_dest_id": place["location_dest_id"],
                "location_final_id": place["location_dest_id"],
                "date": line["date_planned"],
                "date_deadline": line["date_planned"],
                "price_unit": line["price_unit"],
                "purchase_line_id": line["id"],
            },
        )
        reserve(env, move)


def purchase_cancel(self: Records) -> None:
    """The purchases are cancelled, and what had not come yet is not awaited."""
    check_access(self.env, "purchase.order", "write")
    for row in self.rows():
        for picking in children(self.env, "stock.picking", "purchase_id", row["id"]):
            for move in children(self.env, "stock.move", "picking_id", picking["id"]):
                cancel_move(self.env, move)
        self.env.update("purchase.order", row["id"], {"state": "cancel"})


RULES.update(
    {
        "sale.order": Rules(prepare_sale, written=sale_written),
        "sale.order.line": Rules(prepare_sale_line, written=sale_line_written),
        "purchase.order": Rules(prepare_purchase, purchase_created),
        "purchase.order.line": Rules(prepare_purchase_line, written=purchase_line_written),
    }
)
