"""What the server computes when a record is read: stock by product, states, sums of orders."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr
from typing import Any

from sandbox.odoo_names import display_name, location_name, partner_name
from sandbox.odoo_store import Env, Row
from sandbox.odoo_taxes import line_amounts, order_amounts
from sandbox.odoo_units import pieces

Compute = Callable[[Env, str, Row], Any]

_OPEN_MOVES = frozenset({"waiting", "confirmed", "assigned", "partially_available"})


def _normalized(row: Row) -> Any:
    """The bare address in lower case, of `Name <Address>`; False if there is none."""
    return parseaddr(str(row.get("email") or ""))[1].lower() or False


def internal_locations(env: Env) -> set[int]:
    """The locations whose stock is the company's own, or those under the context's `location`."""
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
    return float(
        sum(quant.get("quantity", 0) - quant.get("reserved_quantity", 0) for quant in _quants(env, row))
    )


def _expected(env: Env, row: Row, inward: bool) -> float:
    table, inside = env.table("stock.move"), internal_locations(env)
    moves = (table.rows[row_id] for row_id in table.find("product_id", row["id"]))
    return float(
        sum(
            move["product_uom_qty"]
            for move in moves
            if move["state"] in _OPEN_MOVES
            and (move["location_dest_id"] in inside) is inward
            and (move["location_id"] in inside) is not inward
        )
    )


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
    states = {
        picking_state(env, model, picking)
        for picking in children(
            env, "stock.picking", "sale_id" if model == "sale.order" else "purchase_id", row["id"]
        )
    }
    states.discard("cancel")
    if not states:
        return False
    if states == {"done"}:
        return "full"
    return "partial" if "done" in states else "pending"


def _move_total(amount: str) -> Compute:
    """The sum of the debits: in the company's currency, or each in its own."""

    def compute(env: Env, model: str, row: Row) -> float:
        lines = children(env, "account.move.line", "move_id", row["id"])
        return float(round(sum(line.get(amount, 0.0) for line in lines if line.get("debit")), 2))

    return compute


def _rule_forecast(env: Env, model: str, row: Row) -> float:
    """What a reordering rule sees: the forecast, and what requests for quotation already ask for."""
    lines = children(env, "purchase.order.line", "product_id", row["product_id"])
    asked = sum(
        line.get("product_qty", 0.0)
        for line in lines
        if env.row("purchase.order", line["order_id"])["state"] in ("draft", "sent")
    )
    return _forecast(env, "product.product", env.row("product.product", row["product_id"])) + float(asked)


def _to_order(env: Env, model: str, row: Row) -> float:
    forecast = _rule_forecast(env, model, row)
    enough = forecast >= row.get("product_min_qty", 0.0)
    return 0.0 if enough else float(row.get("product_max_qty", 0.0) - forecast)


def _template_variant(name: str) -> Compute:
    def compute(env: Env, model: str, row: Row) -> Any:
        variants = children(env, "product.product", "product_tmpl_id", row["id"])
        empty = env.field("product.product", name).empty
        return variants[0].get(name, empty) if len(variants) == 1 else empty

    return compute


def _first_variant(env: Env, model: str, row: Row) -> Any:
    return next(iter(sorted(env.table("product.product").find("product_tmpl_id", row["id"]))), False)


def _purchase_invoice_status(env: Env, model: str, row: Row) -> str:
    lines = children(env, "purchase.order.line", "order_id", row["id"])
    unbilled = any(line.get("qty_received", 0.0) > line.get("qty_invoiced", 0.0) for line in lines)
    return "to invoice" if row["state"] == "purchase" and unbilled else "no"


def _to_invoice(env: Env, model: str, row: Row) -> float:
    is_sale = env.row("sale.order", row["order_id"])["state"] == "sale"
    return float(row.get("product_uom_qty", 0.0) - row.get("qty_invoiced", 0.0)) if is_sale else 0.0


def _repartition(document: str) -> Compute:
    def compute(env: Env, model: str, row: Row) -> list[int]:
        lines = children(env, "account.tax.repartition.line", "tax_id", row["id"])
        return [line["id"] for line in lines if line["document_type"] == document]

    return compute


def _method_type(env: Env, model: str, row: Row) -> str:
    journal = env.table("account.journal").rows.get(row.get("journal_id", 0))
    return str(journal["type"]) if journal else "pay_later"


def _open_session(env: Env, model: str, row: Row) -> Any:
    sessions = children(env, "pos.session", "config_id", row["id"])
    return next((session["id"] for session in sessions if session["state"] != "closed"), False)


COMPUTED: dict[tuple[str, str], Compute] = {
    ("*", "display_name"): display_name,
    ("stock.location", "complete_name"): lambda env, model, row: location_name(env, row),
    ("res.partner", "complete_name"): lambda env, model, row: partner_name(env, row),
    ("res.partner", "email_normalized"): lambda env, model, row: _normalized(row),
    ("res.partner", "company_type"): lambda env, model, row: "company" if row.get("is_company") else "person",
    ("product.category", "complete_name"): lambda env, model, row: row["name"],
    ("product.product", "qty_available"): _on_hand,
    ("product.product", "free_qty"): _free,
    ("product.product", "virtual_available"): _forecast,
    ("product.product", "incoming_qty"): lambda env, model, row: _expected(env, row, True),
    ("product.product", "outgoing_qty"): lambda env, model, row: _expected(env, row, False),
    ("product.template", "product_variant_id"): _first_variant,
    ("product.template", "product_variant_count"): lambda env, model, row: len(
        env.table("product.product").find("product_tmpl_id", row["id"])
    ),
    **{
        ("product.template", name): _template_variant(name)
        for name in ("default_code", "barcode", "standard_price", "weight", "volume")
    },
    ("stock.quant", "available_quantity"): lambda env, model, row: (
        row.get("quantity", 0.0) - row.get("reserved_quantity", 0.0)
    ),
    ("stock.quant", "inventory_quantity_auto_apply"): lambda env, model, row: row.get("quantity", 0.0),
    ("stock.picking", "state"): picking_state,
    ("stock.move", "product_qty"): lambda env, model, row: row.get("product_uom_qty", 0.0),
    ("stock.warehouse.orderpoint", "qty_forecast"): _rule_forecast,
    ("stock.warehouse.orderpoint", "qty_to_order"): _to_order,
    **{
        (model, f"amount_{name}"): _order_sum(part)
        for model in ("sale.order", "purchase.order")
        for name, part in (("untaxed", "net"), ("tax", "tax"), ("total", "gross"))
    },
    **{
        (model, f"price_{name}"): _line_part(part)
        for model in ("sale.order.line", "purchase.order.line")
        for name, part in (("subtotal", "net"), ("tax", "tax"), ("total", "gross"))
    },
    ("purchase.order", "invoice_status"): _purchase_invoice_status,
    ("purchase.order.line", "product_uom_qty"): lambda env, model, row: (
        row.get("product_qty", 0.0) * pieces(env, row) if row.get("product_id") else 0.0
    ),
    ("sale.order", "invoice_status"): lambda env, model, row: (
        "to invoice" if row["state"] == "sale" else "no"
    ),
    ("sale.order", "delivery_status"): _delivery_status,
    ("purchase.order", "receipt_status"): _delivery_status,
    ("sale.order.line", "qty_to_invoice"): _to_invoice,
    **{
        ("account.tax", f"{document}_repartition_line_ids"): _repartition(document)
        for document in ("invoice", "refund")
    },
    ("account.account", "internal_group"): lambda env, model, row: str(row["account_type"]).partition("_")[0],
    ("account.move", "amount_total"): _move_total("amount_currency"),
    ("account.move", "amount_total_signed"): _move_total("debit"),
    ("res.currency.rate", "company_rate"): lambda env, model, row: row["rate"],
    ("res.currency.rate", "inverse_company_rate"): lambda env, model, row: 1 / row["rate"],
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
