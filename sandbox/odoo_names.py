"""What stands for a record in a list: its display name, as the server words it."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import shorten
from typing import Any

from sandbox.odoo_store import Env, Row

_DRAFTS = {"entry": "Draft Entry", "out_invoice": "Draft Invoice", "in_invoice": "Draft Bill"}
_LONGEST_REF = 50


def display_name(env: Env, model: str, row: Row) -> Any:
    """The record's display name; False if it has none."""
    special = _SPECIAL.get(model)
    if special:
        return special(env, row)
    if "name" in env.store.models[model].fields:
        return row.get("name", False)
    return f"{model},{row['id']}"


def product_name(env: Env, row: Row) -> str:
    """`[code] name`, or the name alone."""
    name = str(env.row("product.template", row["product_tmpl_id"]).get("name", ""))
    return f"[{row['default_code']}] {name}" if row.get("default_code") else name


def _template_name(env: Env, row: Row) -> str:
    table = env.table("product.product")
    variants = [table.rows[variant] for variant in table.find("product_tmpl_id", row["id"])]
    return product_name(env, variants[0]) if len(variants) == 1 else str(row.get("name", ""))


def location_name(env: Env, row: Row) -> str:
    """The location's path, such as WH/Stock."""
    parent = env.table("stock.location").rows.get(row.get("location_id", 0))
    if parent and row.get("usage") != "view":
        return f"{location_name(env, parent)}/{row['name']}"
    return str(row["name"])


def partner_name(env: Env, row: Row) -> str:
    """`Company, person`, or the name alone."""
    name = str(row.get("name") or "")
    parent = env.table("res.partner").rows.get(row.get("parent_id", 0))
    return f"{parent['name']}, {name}".removesuffix(", ") if parent else name


def _entry_name(env: Env, row: Row) -> str:
    words = [_DRAFTS.get(row["move_type"], "Draft")] if row["state"] == "draft" else []
    title = " ".join([*words, *([str(row["name"])] if row.get("name") else [])]) or "/"
    ref = shorten(str(row.get("ref") or ""), _LONGEST_REF)
    return f"{title} ({ref})" if ref else title


def _entry_line_name(env: Env, row: Row) -> str:
    move = env.row("account.move", row["move_id"])
    ref = f"({move['ref']})" if move.get("ref") else ""
    return " ".join(str(part) for part in (move.get("name"), ref, row.get("name")) if part)


def _state_name(env: Env, row: Row) -> str:
    return f"{row['name']} ({env.row('res.country', row['country_id'])['code']})"


def _picking_type_name(env: Env, row: Row) -> str:
    warehouse = env.table("stock.warehouse").rows.get(row.get("warehouse_id", 0))
    return f"{warehouse['name']}: {row['name']}" if warehouse else str(row["name"])


def _sale_line_name(env: Env, row: Row) -> str:
    order = env.row("sale.order", row["order_id"])
    text = str(row.get("name") or "").partition("\n")[0]
    return f"{order['name']} - {text} ({partner_name(env, env.row('res.partner', order['partner_id']))})"


def _stock_move_name(env: Env, row: Row) -> str:
    picking = env.table("stock.picking").rows.get(row.get("picking_id", 0), {})
    origin = f"{picking['origin']}/" if picking.get("origin") else ""
    code = env.row("product.product", row["product_id"]).get("default_code")
    places = [env.row("stock.location", row[name])["name"] for name in ("location_id", "location_dest_id")]
    return f"{origin}{f'{code}: ' if code else ''}{'>'.join(places)}"


def _purchase_name(env: Env, row: Row) -> str:
    return f"{row['name']} ({row['partner_ref']})" if row.get("partner_ref") else str(row["name"])


def _offer_name(env: Env, row: Row) -> str:
    name = partner_name(env, env.row("res.partner", row["partner_id"]))
    return f"{name} ({row.get('min_qty', 0.0)} Units - {row.get('price', 0.0):.2f}\N{NO-BREAK SPACE}$)"


_SPECIAL: dict[str, Callable[[Env, Row], Any]] = {
    "product.product": product_name,
    "product.template": _template_name,
    "stock.location": location_name,
    "stock.quant": lambda env, row: location_name(env, env.row("stock.location", row["location_id"])),
    "stock.picking.type": _picking_type_name,
    "res.partner": partner_name,
    "res.country.state": _state_name,
    "account.move": _entry_name,
    "account.move.line": _entry_line_name,
    "sale.order.line": _sale_line_name,
    "stock.move": _stock_move_name,
    "stock.move.line": lambda env, row: product_name(env, env.row("product.product", row["product_id"])),
    "pos.order.line": lambda env, row: product_name(env, env.row("product.product", row["product_id"])),
    "pos.payment": lambda env, row: f"{row.get('name') or ''} {row['amount']:.2f}\N{NO-BREAK SPACE}$".strip(),
    "product.supplierinfo": _offer_name,
    "purchase.order": _purchase_name,
    "res.users": lambda env, row: env.row("res.partner", row["partner_id"]).get("name", False),
    "ir.model.data": lambda env, row: f"{row['module']}.{row['name']}",
}
