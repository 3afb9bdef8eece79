"""The shop's counter: sales in Odoo's point of sale, sent the way its own till program sends them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from sandbox.odoo_world_calls import Odoo, Row, batches, odoo_time
from sandbox.story_things import CounterSale

TILL_TAX_PERCENT = 13  # Ontario HST


class Till:
    """An open session of the first till."""

    def __init__(self, odoo: Odoo, products: dict[str, int]) -> None:
        """`products`: Sku code -> product id."""
        self.odoo = odoo
        self.products = products
        self._open()

    def sell(self, sales: Sequence[CounterSale], partners: dict[int, int]) -> None:
        """The sales are in the till, each once, their goods gone. `partners`: by customer index."""
        for part in batches(sales):
            self.odoo.call("pos.order", "sync_from_ui", orders=[self._order(sale, partners) for sale in part])

    def _open(self) -> None:
        user = self.odoo.call("res.users", "context_get")["uid"]
        [config, *_] = self.odoo.find("pos.config", [], "payment_method_ids")
        methods = self.odoo.find("pos.payment.method", [["id", "in", config["payment_method_ids"]]], "type")
        taxes = self.odoo.find(
            "account.tax",
            [
                ["type_tax_use", "=", "sale"],
                ["amount_type", "=", "percent"],
                ["amount", "=", TILL_TAX_PERCENT],
            ],
            "name",
        )
        sessions = self.odoo.find(
            "pos.session", [["state", "!=", "closed"], ["config_id", "=", config["id"]]], "state"
        )
        session = sessions[0]["id"] if sessions else self.odoo.call(
            "pos.session", "create", vals_list=[{"config_id": config["id"], "user_id": user}]
        )[0]  # fmt: skip
        if not sessions or sessions[0]["state"] == "opening_control":
            self.odoo.call("pos.session", "set_opening_control", ids=[session], cashbox_value=200, notes="")
        self.session: int = session
        self.user: int = user
        self.tax: int = taxes[0]["id"]
        self.payment_methods = {
            "cash": next(row["id"] for row in methods if row["type"] == "cash"),
            "card": next(row["id"] for row in methods if row["type"] == "bank"),
        }

    def _order(self, sale: CounterSale, partners: dict[int, int]) -> Row:
        """What the till's own program sends for a sale that is paid."""
        sold_at = odoo_time(sale.sold_at)
        lines, taxes, total = [], 0, 0
        for place, line in enumerate(sale.lines):
            cents = line.quantity * line.price_cents
            tax = (cents * TILL_TAX_PERCENT + 50) // 100
            taxes, total = taxes + tax, total + cents + tax
            lines.append(
                {
                    "uuid": _uuid(sale.ref, f"line {place}"),
                    "product_id": self.products[line.sku.code],
                    "qty": line.quantity,
                    "price_unit": line.price_cents / 100,
                    "discount": 0,
                    "tax_ids": [[6, 0, [self.tax]]],
                    "price_subtotal": cents / 100,
                    "price_subtotal_incl": (cents + tax) / 100,
                }
            )
        payment = {
            "uuid": _uuid(sale.ref, "payment"),
            "name": sold_at,
            "payment_method_id": self.payment_methods[sale.payment],
            "amount": total / 100,
        }
        return {
            "uuid": _uuid(sale.ref, "order"),
            "access_token": _uuid(sale.ref, "access"),
            "pos_reference": sale.ref,
            "session_id": self.session,
            "user_id": self.user,
            "partner_id": partners[sale.customer.index] if sale.customer else False,
            "date_order": sold_at,
            "lines": [[0, 0, line] for line in lines],
            "payment_ids": [[0, 0, payment]],
            "amount_total": total / 100,
            "amount_tax": taxes / 100,
            "amount_paid": total / 100,
            "amount_return": 0,
            "state": "paid",
            "to_invoice": False,
        }


def _uuid(ref: str, part: str) -> str:
    """The same for the same sale: what makes a repeated sale one sale."""
    return str(uuid5(NAMESPACE_URL, f"maple-lane/{ref}/{part}"))
