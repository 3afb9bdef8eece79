"""A counter sale of the story as the till's own program sends it to the server."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox import odoo_pos
from sandbox.odoo_read import Records
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import create_record
from sandbox.story import CounterSale, SaleLine

_TAX_PERCENT = 13  # Ontario HST, on every line


def ring_up(env: Env, sale: CounterSale, products: dict[str, int], partner: int | bool) -> int:
    """The sale is in the till; the pos.order's id. The same sale again is the same order."""
    tax = _tax(env)
    lines = [_line(sale.ref, place, line, products, tax) for place, line in enumerate(sale.lines)]
    net, on_top = sum(map(_net_cents, sale.lines)), sum(map(_tax_cents, sale.lines))
    sold_at = sale.sold_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    paid = {"uuid": _uuid(sale.ref, "payment"), "name": sold_at, "amount": (net + on_top) / 100}
    order: Row = {
        "uuid": _uuid(sale.ref, "order"),
        "pos_reference": sale.ref,
        "session_id": _open_session(env),
        "partner_id": partner,
        "user_id": env.uid,
        "date_order": sold_at,
        "lines": [[0, 0, line] for line in lines],
        "payment_ids": [[0, 0, {**paid, "payment_method_id": _method(env, sale.payment)}]],
        "amount_total": (net + on_top) / 100,
        "amount_tax": on_top / 100,
        "amount_paid": (net + on_top) / 100,
        "amount_return": 0.0,
        "state": "paid",
        "to_invoice": False,
    }
    return int(odoo_pos.sync_from_ui(Records(env, "pos.order"), [order])["pos.order"][0]["id"])


def _net_cents(line: SaleLine) -> int:
    return line.quantity * line.price_cents


def _tax_cents(line: SaleLine) -> int:
    return (_net_cents(line) * _TAX_PERCENT + 50) // 100


def _line(ref: str, place: int, line: SaleLine, products: dict[str, int], tax: int) -> dict[str, Any]:
    return {
        "uuid": _uuid(ref, f"line {place}"),
        "product_id": products[line.sku.code],
        "full_product_name": line.sku.name,
        "qty": line.quantity,
        "price_unit": line.price_cents / 100,
        "discount": 0.0,
        "tax_ids": [[6, 0, [tax]]],
        "price_subtotal": _net_cents(line) / 100,
        "price_subtotal_incl": (_net_cents(line) + _tax_cents(line)) / 100,
    }


def _tax(env: Env) -> int:
    taxes = env.table("account.tax").rows.values()
    sale_taxes = (row for row in taxes if row["type_tax_use"] == "sale")
    return int(next(row["id"] for row in sale_taxes if row["amount"] == _TAX_PERCENT))


def _method(env: Env, payment: str) -> int:
    name = "Cash" if payment == "cash" else "Card"
    methods = env.table("pos.payment.method").rows.values()
    return int(next(row["id"] for row in methods if row["name"] == name))


def _open_session(env: Env) -> int:
    sessions = [row for row in env.table("pos.session").rows.values() if row["state"] != "closed"]
    session = sessions[0]["id"] if sessions else create_record(env, "pos.session", {"config_id": 1})
    if not sessions or sessions[0]["state"] == "opening_control":
        odoo_pos.set_opening_control(Records(env, "pos.session", (session,)), 200, "")
    return int(session)


def _uuid(ref: str, part: str) -> str:
    """The same for the same sale: what makes a repeated sale one sale."""
    return str(uuid5(NAMESPACE_URL, f"maple-lane/{ref}/{part}"))
