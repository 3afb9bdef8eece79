"""Sales taxes as the server computes them: percentages and groups of them, chosen by the province.

A line's own tax is rounded on the line; an order's on the sum of its lines, tax by tax (the Canadian chart's
company rounds globally), so that lines and order may differ by a cent.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from sandbox.odoo_store import Env, Row

_CENT = Decimal("0.01")
_TAX_BY_PROVINCE = {
    "ON": "13% HST",
    "NS": "14% HST",
    "NB": "15% HST",
    "NL": "15% HST",
    "PE": "15% HST",
    "BC": "12% GST+PST BC",
    "MB": "12% GST+PST MB",
    "SK": "11% GST+PST SK",
    "QC": "14.975% GST+QST",
    "AB": "5% GST",
    "NT": "5% GST",
    "NU": "5% GST",
    "YT": "5% GST",
}
_ABROAD = "0% Int"


def cents(amount: float | Decimal) -> float:
    """`amount` rounded to the cent, half away from zero."""
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return float(exact.quantize(_CENT, ROUND_HALF_UP))


def tax_for_partner(env: Env, partner_id: int, use: str) -> list[int]:
    """The tax of a sale to (or purchase from) this partner, by its province. No province: abroad."""
    state = env.table("res.country.state").rows.get(env.row("res.partner", partner_id).get("state_id", 0))
    name = _TAX_BY_PROVINCE.get(state["code"], _ABROAD) if state else _ABROAD
    taxes = env.table("account.tax").rows.values()
    return [next(row["id"] for row in taxes if row["name"] == name and row["type_tax_use"] == use)]


def single_taxes(env: Env, tax_ids: Iterable[int]) -> list[Row]:
    """The taxes behind these ids, groups replaced by their members."""
    found = []
    for tax in env.rows("account.tax", tax_ids):
        if tax["amount_type"] == "group":
            found += single_taxes(env, tax.get("children_tax_ids", []))
        else:
            found.append(tax)
    return found


def _base(line: Row, quantity: float) -> Decimal:
    """What is taxed, with all its decimals: it is rounded only when it is shown."""
    price = Decimal(repr(line.get("price_unit", 0.0))) * (1 - Decimal(repr(line.get("discount", 0.0))) / 100)
    return price * Decimal(repr(quantity))


def _tax(base: Decimal, tax: Row) -> Decimal:
    return base * Decimal(repr(tax.get("amount", 0.0))) / 100


def line_amounts(env: Env, line: Row, quantity: float) -> dict[str, float]:
    """Net, tax and gross of an order's line. The tax is the binary difference, as the server gives it."""
    base = _base(line, quantity)
    net = cents(base)
    tax = sum(cents(_tax(base, tax)) for tax in single_taxes(env, line.get("tax_ids", [])))
    gross = round(net + tax, 2)
    return {"net": net, "tax": gross - net, "gross": gross}


def order_amounts(env: Env, lines: Iterable[tuple[Row, float]]) -> dict[str, float]:
    """Net, tax and gross of an order, from its lines and their quantities."""
    net, by_tax = Decimal(0), dict[int, Decimal]()
    for line, quantity in lines:
        base = _base(line, quantity)
        net += base
        for tax in single_taxes(env, line.get("tax_ids", [])):
            by_tax[tax["id"]] = by_tax.get(tax["id"], Decimal(0)) + _tax(base, tax)
    tax_sum = round(sum(map(cents, by_tax.values())), 2)
    return {"net": cents(net), "tax": tax_sum, "gross": round(cents(net) + tax_sum, 2)}
