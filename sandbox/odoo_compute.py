"""What the server computes when a record is read: names for display, stock by product, sums of orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.odoo_store import Env, Row
from sandbox.odoo_taxes import line_amounts, order_amounts

Compute = Callable[[Env, str, Row], Any]

_OPEN_MOVES = frozenset({"waiting", "confirmed", "assigned", "partially_available"})


def display_name(env: Env, model: str, row: Row) -> Any:
    """What stands for the record in a list."""
    special = _DISPLAY.get(model)
    if special:
        return special(env, row)
    if "name" in env.store.models[model].fields:
        field = env.field(model, "name")
        if field.path:
            return env.table(env.field(model, field.path[0]).relation).rows[row[field.path[0]]].get("name", False)
        return row.get("name", False)
    return f"{model},{row['id']}"


def _product_name(env: Env, row: Row) -> str:
    name = str(env.row("product.template", row["product_tmpl_id"]).get("name", ""))
    if row.get("variant_text"):
        name = f"{name} ({row['variant_text']})"
    return f"[{row['default_code']}] {name}" if row.get("default_code") else name


def _location_name(env: Env, row: Row) -> str:
    parent = env.table("stock.location").rows.get(row.get("location_id", 0))
    if parent and row.get("usage") != "view":
        return f"{_location_name(env, parent)}/{row['name']}"
    return str(row["name"])


def _partner_name(env: Env, row: Row) -> str:
    name = str(row.get("name") or "")
    parent = env.table("res.partner").rows.get(row.get("parent_id", 0))
    return f"{parent['name']}, {name}".removesuffix(", ") if parent else name


def _move_name(env: Env, row: Row) -> str:
    if row.get("state") == "draft":
        kind = {"entry": "Draft Entry", "out_invoice": "Draft Invoice"}.get(row["move_type"], "Draft")
        title = f"{kind} {row['name']}" if row.get("name") else f"{kind} (* {row['id']})"
    else:
        title = str(row.get("name") or "/")
    return f"{title} ({row['ref']})" if row.get("ref") else title


def _line_name(env: Env, row: Row) -> str:
    move = env.row("account.move", row["move_id"])
    title = _move_name(env, {**move, "ref": False})
    extra = " ".join(str(part) for part in (move.get("ref"), row.get("name")) if part)
    return f"{title} ({move['ref']}) {row.get('name', '')}".strip() if extra and move.get("ref") else f"{title} {extra}"


def _state_name(env: Env, row: Row) -> str:
    country = env.row("res.country", row["country_id"])
    return f"{row['name']} ({country['code']})"


def _picking_type_name(env: Env, row: Row) -> str:
    warehouse = env.table("stock.warehouse").rows.get(row.get("warehouse_id", 0))
    return f"{warehouse['name']}: {row['name']}" if warehouse else str(row["name"])


def _quant_name(env: Env, row: Row) -> str:
    return _location_name(env, env.row("stock.location", row["location_id"]))


def _order_line_name(env: Env, row: Row) -> str:
    order = env.row("sale.order", row["order_id"])
    return f"{order['name']} - {str(row.get('name', '')).splitlines()[0] if row.get('name') else ''}"


_DISPLAY: dict[str, Callable[[Env, Row], str]] = {
    "product.product": _product_name,
    "stock.location": _location_name,
    "stock.quant": _quant_name,
    "stock.picking.type": _picking_type_name,
    "res.partner": _partner_name,
    "res.country.state": _state_name,
    "account.account": lambda env, row: f"{row['code']} {row['name']}",
    "account.move": _move_name,
    "account.move.line": _line_name,
    "sale.order.line": _order_line_name,
    "stock.move": lambda env, row: _stock_move_name(env, row),
    "pos.order.line": lambda env, row: str(row.get("full_product_name") or row.get("name") or ""),
    "product.supplierinfo": lambda env, row: _partner_name(env, env.row("res.partner", row["partner_id"])),
    "res.users": lambda env, row: str(env.row("res.partner", row["partner_id"]).get("name", "")),
    "ir.model.data": lambda env, row: f"{row['module']}.{row['name']}",
}


def _stock_move_name(env: Env, row: Row) -> str:
    product = _product_name(env, env.row("product.product", row["product_id"]))
    places = (env.row("stock.location", row[name])["name"] for name in ("location_id", "location_dest_id"))
    return f"{product}: {'>'.join(places)}"


def internal_locations(env: Env) -> set[int]:
    """The locations whose stock is the company's own; those under context `location` only, if it names some."""
    locations = env.table("stock.location").rows
    wanted = env.context.get("location")
    internal = {row_id for row_id, row in locations.items() if row.get("usage") == "internal"}
    if not wanted:
        return internal
    roots = set(wanted if isinstance(wanted, list) else [wanted])

    def inside(row_id: int | None) -> bool:
        while row_id:
            if row_id in roots:
                return True
            row_id = locations[row_id].get("location_id")
        return False

    return {row_id for row_id in locations if inside(row_id)}


def _quants(env: Env, row: Row) -> list[Row]:
    table, inside = env.table("stock.quant"), internal_locations(env)
    quants = (table.rows[row_id] for row_id in table.find("product_id", row["id"]))
    return [quant for quant in quants if quant["location_id"] in inside]


def _on_hand(env: Env, model: str, row: Row) -> float:
    return float(sum(quant.get("quantity", 0) for quant in _quants(env, row)))


def _free(env: Env, model: str, row: Row) -> float:
    return float(sum(quant.get("quantity", 0) - quant.get("reserved_quantity", 0) for quant in _quants(env, row)))


def _expected(env: Env, row: Row, inward: bool) -> float:
    table, inside = env.table("stock.move"), internal_locations(env)
    moves = (table.rows[row_id] for row_id in table.find("product_id", row["id"]))
    return float(sum(
        move["product_uom_qty"] for move in moves
        if move["state"] in _OPEN_MOVES
        and (move["location_dest_id"] in inside) is inward and (move["location_id"] in inside) is not inward
    ))


def _forecast(env: Env, model: str, row: Row) -> float:
    return _on_hand(env, model, row) + _expected(env, row, True) - _expected(env, row, False)


def picking_state(env: Env, model: str, row: Row) -> str:
    """A picking's state as its moves make it: as far as the least advanced of them."""
    states = {move["state"] for move in children(env, "stock.move", "picking_id", row["id"])}
    if not states or states == {"draft"}:
        return "draft"
    if states <= {"cancel"}:
        return "cancel"
    if states <= {"cancel", "done"}:
        return "done"
    if states <= {"cancel", "done", "assigned"}:
        return "assigned"
    return "assigned" if "partially_available" in states or "assigned" in states else "confirmed"


def children(env: Env, model: str, field: str, row_id: int) -> list[Row]:
    """The rows of `model` that point to `row_id`, oldest first."""
    table = env.table(model)
    return [table.rows[child] for child in sorted(table.find(field, row_id))]


def _order_sum(part: str) -> Compute:
    def compute(env: Env, model: str, row: Row) -> float:
        lines = children(env, f"{model}.line", "order_id", row["id"])
        return order_amounts(env, [(line, _quantity(model, line)) for line in lines])[part]
    return compute


def _line_part(part: str) -> Compute:
    return lambda env, model, row: line_amounts(env, row, _quantity(model, row))[part]


def _quantity(model: str, line: Row) -> float:
    return float(line.get("product_qty" if model.startswith("purchase") else "product_uom_qty", 0))


def _delivery_status(env: Env, model: str, row: Row) -> Any:
    states = {picking_state(env, model, picking) for picking in children(
        env, "stock.picking", "sale_id" if model == "sale.order" else "purchase_id", row["id"])}
    states.discard("cancel")
    if not states:
        return False
    if states == {"done"}:
        return "full"
    return "partial" if "done" in states else "pending"


def _move_total(env: Env, model: str, row: Row) -> float:
    return round(sum(line.get("debit", 0) for line in children(env, "account.move.line", "move_id", row["id"])), 2)


def _template_variant(name: str) -> Compute:
    def compute(env: Env, model: str, row: Row) -> Any:
        variants = children(env, "product.product", "product_tmpl_id", row["id"])
        empty = env.field("product.product", name).empty
        return variants[0].get(name, empty) if len(variants) == 1 else empty
    return compute


def _first_variant(env: Env, model: str, row: Row) -> Any:
    return next(iter(sorted(env.table("product.product").find("product_tmpl_id", row["id"]))), False)


def _method_type(env: Env, model: str, row: Row) -> str:
    journal = env.table("account.journal").rows.get(row.get("journal_id", 0))
    return str(journal["type"]) if journal else "pay_later"


def _open_session(env: Env, model: str, row: Row) -> Any:
    sessions = children(env, "pos.session", "config_id", row["id"])
    return next((session["id"] for session in sessions if session["state"] != "closed"), False)


COMPUTED: dict[tuple[str, str], Compute] = {
    ("*", "display_name"): display_name,
    ("stock.location", "complete_name"): lambda env, model, row: _location_name(env, row),
    ("res.partner", "complete_name"): lambda env, model, row: _partner_name(env, row),
    ("res.partner", "email_normalized"): lambda env, model, row: str(row.get("email", "")).strip().lower() or False,
    ("res.partner", "company_type"): lambda env, model, row: "company" if row.get("is_company") else "person",
    ("product.category", "complete_name"): lambda env, model, row: row["name"],
    ("product.product", "qty_available"): _on_hand,
    ("product.product", "free_qty"): _free,
    ("product.product", "virtual_available"): _forecast,
    ("product.product", "incoming_qty"): lambda env, model, row: _expected(env, row, True),
    ("product.product", "outgoing_qty"): lambda env, model, row: _expected(env, row, False),
    ("product.template", "product_variant_id"): _first_variant,
    ("product.template", "product_variant_count"):
        lambda env, model, row: len(env.table("product.product").find("product_tmpl_id", row["id"])),
    **{("product.template", name): _template_variant(name)
       for name in ("default_code", "barcode", "standard_price", "weight", "volume")},
    ("stock.quant", "available_quantity"):
        lambda env, model, row: row.get("quantity", 0.0) - row.get("reserved_quantity", 0.0),
    ("stock.quant", "inventory_quantity_auto_apply"): lambda env, model, row: row.get("quantity", 0.0),
    ("stock.picking", "state"): picking_state,
    ("stock.move", "product_qty"): lambda env, model, row: row.get("product_uom_qty", 0.0),
    ("stock.warehouse.orderpoint", "qty_to_order"): lambda env, model, row: 0.0,
    **{(model, f"amount_{name}"): _order_sum(part) for model in ("sale.order", "purchase.order")
       for name, part in (("untaxed", "net"), ("tax", "tax"), ("total", "gross"))},
    **{(model, f"price_{name}"): _line_part(part) for model in ("sale.order.line", "purchase.order.line")
       for name, part in (("subtotal", "net"), ("tax", "tax"), ("total", "gross"))},
    ("sale.order", "invoice_status"): lambda env, model, row: "to invoice" if row["state"] == "sale" else "no",
    ("sale.order", "delivery_status"): _delivery_status,
    ("purchase.order", "receipt_status"): _delivery_status,
    ("sale.order.line", "qty_to_invoice"):
        lambda env, model, row: row.get("product_uom_qty", 0.0) - row.get("qty_invoiced", 0.0),
    ("account.account", "internal_group"): lambda env, model, row: str(row["account_type"]).partition("_")[0],
    ("account.move", "amount_total"): _move_total,
    ("account.move", "amount_total_signed"): _move_total,
    ("account.move", "amount_untaxed"): lambda env, model, row: 0.0,
    ("account.move", "amount_tax"): lambda env, model, row: 0.0,
    ("account.move", "amount_residual"): lambda env, model, row: 0.0,
    ("ir.model.data", "complete_name"): lambda env, model, row: f"{row['module']}.{row['name']}",
    ("ir.model.data", "reference"): lambda env, model, row: f"{row['model']},{row.get('res_id', 0)}",
    ("pos.config", "current_session_id"): _open_session,
    ("pos.order", "is_refund"): lambda env, model, row: bool(row.get("refunded_order_id")),
    ("pos.order.line", "tax_ids_after_fiscal_position"): lambda env, model, row: list(row.get("tax_ids", ())),
    ("pos.payment.method", "type"): _method_type,
    ("pos.payment.method", "is_cash_count"): lambda env, model, row: _method_type(env, model, row) == "cash",
}
