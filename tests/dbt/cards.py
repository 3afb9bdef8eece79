"""Card payments that are only authorized at first, as Stripe gives them, and builds of what rests on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.dbt import shop
from tests.dbt.conftest import Builder

Payload = dict[str, Any]
SELECTION = ("+out_stripe__captures", "+out_stripe__cancellations", "+out_stripe__refunds")


def build(builder: Builder, *, full_refresh: bool = False) -> int:
    """The models of card payments, and what they rest on, are built; the build's id."""
    return builder.build(*SELECTION, full_refresh=full_refresh)


def authorize(
    builder: Builder,
    order: Payload,
    *,
    captured: int = 0,
    status: str = "requires_capture",
    several: bool = False,
    metadata: Payload | None = None,
    at: datetime = shop.FIRST_DAY + timedelta(days=18),
    **changes: Any,
) -> None:
    """The order's payment stands in raw as authorized at that time: `several` times capturable or not."""
    number, amount = order["id"], int(order["total"].replace(".", ""))
    is_open = status == "requires_capture"
    card = {"multicapture": {"status": "available" if several else "unavailable"}}
    charge = shop.charge(order) | {
        "captured": captured > 0 and not is_open,
        "amount_captured": captured,
        "created": int(at.timestamp()),
        "payment_method_details": {"card": card, "type": "card"},
    }
    intent = {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": amount,
        "amount_received": captured,
        "amount_capturable": amount - captured if is_open else 0,
        "currency": order["currency"].lower(),
        "status": status,
        "capture_method": "manual",
        "latest_charge": charge["id"],
        "created": charge["created"],
        "canceled_at": None,
        "metadata": {"order_id": str(number)} | (metadata or {}),
    } | changes
    shop.land(builder.sql, "woocommerce__orders", {str(number): order})
    shop.land(builder.sql, "stripe__charges", {charge["id"]: charge})
    shop.land(builder.sql, "stripe__payment_intents", {intent["id"]: intent})


def stripe_refund(number: int, order: Payload, amount: int, **fields: Any) -> Payload:
    """A refund at Stripe, of so many cents of the order's charge."""
    return {
        "id": f"re_{number}",
        "object": "refund",
        "amount": amount,
        "currency": order["currency"].lower(),
        "status": "succeeded",
        "charge": f"ch_{order['id']}",
        "payment_intent": f"pi_{order['id']}",
        "balance_transaction": f"txn_re_{number}",
        "metadata": {},
        "created": int(shop.FIRST_DAY.timestamp()) + number,
    } | fields


def switch(builder: Builder, **flows: str) -> None:
    """The flows stand in the settings, and everything is looked at again."""
    builder.sql.execute("delete from settings.flows")
    builder.sql.cursor().executemany("insert into settings.flows values (%s, %s)", list(flows.items()))
    builder.sql.execute("delete from sync.builds")
    builder.sql.commit()


def read(builder: Builder, system: str, at: datetime, resource: str) -> None:
    """The resource was read whole at that time."""
    builder.sql.execute(
        "insert into sync.extractions (run_id, system, resource, started_at) values (%s, %s, %s, %s)",
        [str(at), system, resource, at],
    )
    builder.sql.commit()
