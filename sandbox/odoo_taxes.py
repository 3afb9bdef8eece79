"""Sales taxes as the server computes them on a line: percentages, and groups of them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.odoo_store import Env, Row

_CENT = Decimal("0.01")


def cents(amount: float | Decimal) -> float:
    """`amount` rounded to the cent, half away from zero."""
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return float(exact.quantize(_CENT, ROUND_HALF_UP))


def single_taxes(env: Env, tax_ids: list[int]) -> list[Row]:
    """The taxes behind these ids, groups replaced by their members."""
    found = []
    for tax in env.rows("account.tax", tax_ids):
        if tax["amount_type"] == "group":
            found += single_taxes(env, tax.get("children_tax_ids", []))
        else:
            found.append(tax)
    return found


def line_amounts(env: Env, line: Row, quantity: float) -> dict[str, float]:
    """Net, tax and gross of an order's line."""
    price = Decimal(repr(line.get("price_unit", 0.0))) * (1 - Decimal(repr(line.get("discount", 0.0))) / 100)
    net = cents(price * Decimal(repr(quantity)))
    rates = [Decimal(repr(tax.get("amount", 0.0))) for tax in single_taxes(env, line.get("tax_ids", []))]
    tax = sum(cents(Decimal(repr(net)) * rate / 100) for rate in rates)
    return {"net": net, "tax": round(tax, 2), "gross": round(net + tax, 2)}
