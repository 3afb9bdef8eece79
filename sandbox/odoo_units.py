"""Units of measure: goods are bought by the pack and kept by the piece."""

from __future__ import annotations

from sandbox.odoo_store import Env, Row


def pieces(env: Env, line: Row) -> float:
    """How many of the product's own unit one unit of a purchase line is."""
    units = env.table("uom.uom").rows
    own = env.row("product.template", env.row("product.product", line["product_id"])["product_tmpl_id"])
    bought, kept = units.get(line.get("product_uom_id", 0)), units.get(own.get("uom_id", 0))
    return float(bought["factor"] / kept["factor"]) if bought and kept else 1.0
