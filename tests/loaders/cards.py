"""The Stripe stand-in over HTTP, and outbound rows as a build would leave them.

`Cards` holds both: what a customer's bank reserved and what became of it is read from Stripe itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from connections.connection import Connection
from connections.warehouse import session
from loaders.base import DeliverySummary, Loader, deliver
from loaders.planning import Guards
from loaders.stripe import Cancellations, Captures, Refunds
from tests.contract.stripe_client import Account

GUARDS = Guards(most_rows=1000, most_money=10**9, most_to_zero=0)
LOADERS: tuple[Loader, ...] = (Captures(), Cancellations(), Refunds())
_COLUMNS = {
    "captures": "captured_at_most_minor bigint, due_amount numeric",
    "cancellations": "due_amount numeric",
    "refunds": "refunded_at_most_minor bigint, amount numeric",
}

_TABLE = """
create table outbound.out_stripe__{name} (
    write_key text, payload jsonb, payload_hash text, hold_class text, hold_reason text, order_id text,
    build_id bigint, {columns}
)
"""
_BUILD = """
insert into sync.builds (run_id, version_until, since_version, since_build, status, finished_at)
values ('b', 0, 0, 0, 'succeeded', now()) returning build_id
"""


class Cards:
    """A Stripe account, and a warehouse with the outbound models of card payments."""

    def __init__(self, connection: Connection, warehouse: Connection) -> None:
        self.warehouse = warehouse
        self.connection = replace(connection, extra={**connection.extra, "requests_per_second": 1000})
        self.account = Account(self.connection, "1")
        with session(warehouse) as opened:
            for name, columns in _COLUMNS.items():
                opened.execute(_TABLE.format(name=name, columns=columns).encode())

    def authorize(self, amount: int = 12_656, *, several: bool = False, **fields: Any) -> dict[str, Any]:
        """A payment that is only authorized: `several` times capturable or not."""
        more = {"payment_method_options[card][request_multicapture]": "if_available"} if several else {}
        answer = self.account.intent(amount, capture_method="manual", **more, **fields)
        assert answer.json()["status"] == "requires_capture", answer.text
        intent: dict[str, Any] = answer.json()
        return intent

    def intent(self, intent_id: str) -> dict[str, Any]:
        """The payment as Stripe has it."""
        return self.account.get(f"/payment_intents/{intent_id}")

    def given_back(self, charge_id: str) -> list[int]:
        """The amounts that went back on a charge, the oldest first."""
        found = self.account.get("/refunds", charge=charge_id, limit=100)["data"][::-1]
        return [refund["amount"] for refund in found if refund["metadata"]]

    def want(self, name: str, *due: dict[str, Any]) -> None:
        """The outbound model holds exactly these rows, by a new build."""
        with session(self.warehouse) as opened:
            build = opened.execute(_BUILD).fetchone()
            assert build is not None
            opened.execute(f"delete from outbound.out_stripe__{name}".encode())
            for row in due:
                text = json.dumps(row["payload"], sort_keys=True)
                filled = {
                    **row,
                    "order_id": "woocommerce:1",
                    "payload": text,
                    "payload_hash": hashlib.md5(text.encode()).hexdigest(),
                    "hold_class": "needs_person" if row.get("hold_reason") else None,
                    "build_id": build["build_id"],
                }
                places = ", ".join(["%s"] * len(filled))
                columns = ", ".join(filled)
                statement = f"insert into outbound.out_stripe__{name} ({columns}) values ({places})"
                opened.execute(statement.encode(), list(filled.values()))

    def deliver(self, only: str = "", **options: Any) -> list[DeliverySummary]:
        """Everything that is due at Stripe (or what one outbound model says), as one run does it."""
        return [
            deliver(loader, self.connection, self.warehouse, "run", **{"guards": GUARDS, **options})
            for loader in LOADERS
            if loader.outbound_model.endswith(only)
        ]

    def writes(self) -> dict[str, tuple[str, str | None]]:
        """Status and reason class of each current write."""
        with session(self.warehouse) as opened:
            found = opened.execute(
                "select key, status, reason_class from sync.writes where is_current"
            ).fetchall()
        return {row["key"]: (row["status"], row["reason_class"]) for row in found}


def capture(
    intent: dict[str, Any],
    amount: int,
    *,
    number: int = 1,
    at_most: int | None = None,
    last: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """The outbound row of a capture; `at_most`: what may be captured in all then."""
    key = f"capture:{intent['id']}:{number}"
    payload = {
        "payment_intent": intent["id"],
        "charge": intent["latest_charge"],
        "number": number,
        "amount": amount,
        "currency": "CAD",
        "is_last": last,
        "idempotency_key": f"counterflow-stripe-{key}",
    }
    return {
        "write_key": key,
        "payload": payload,
        "captured_at_most_minor": amount if at_most is None else at_most,
        "due_amount": amount / 100,
        **more,
    }


def void(intent: dict[str, Any], *, captured: int = 0, **more: Any) -> dict[str, Any]:
    """The outbound row of a cancellation."""
    key = f"void:{intent['id']}"
    payload = {
        "payment_intent": intent["id"],
        "charge": intent["latest_charge"],
        "captured": captured,
        "idempotency_key": f"counterflow-stripe-{key}",
    }
    return {"write_key": key, "payload": payload, "due_amount": 1, **more}


def refund(
    charge_id: str, amount: int, number: int = 55, *, at_most: int | None = None, **more: Any
) -> dict[str, Any]:
    """The outbound row of a refund; `at_most`: what may have gone back in all then."""
    key = f"refund:woocommerce_{number}"
    payload = {
        "charge": charge_id,
        "payment_intent": None,
        "amount": amount,
        "currency": "CAD",
        "refund_id": str(number),
        "order_number": "1",
        "idempotency_key": f"counterflow-stripe-{key}:{charge_id}",
    }
    return {
        "write_key": key,
        "payload": payload,
        "refunded_at_most_minor": amount if at_most is None else at_most,
        "amount": amount / 100,
        **more,
    }
