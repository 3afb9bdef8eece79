"""Money in Stripe's balance as Stripe gives it, in cents; and the bank's lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from tests.dbt import shop
from tests.dbt.shop import Payload

DAY = timedelta(days=1)
BUSINESS_DAY = datetime(2026, 11, 2, tzinfo=UTC)


def movement(
    identity: str,
    kind: str,
    amount: int,
    *,
    fee: int = 0,
    source: str | None = None,
    category: str | None = None,
    at: datetime = shop.FIRST_DAY,
    currency: str = "cad",
    **more: Any,
) -> Payload:
    """A balance transaction of the type `kind`; its net follows."""
    return {
        "id": identity,
        "object": "balance_transaction",
        "type": kind,
        "reporting_category": category or kind,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "fee_details": [],
        "currency": currency,
        "exchange_rate": None,
        "status": "available",
        "source": source,
        "description": None,
        "created": int(at.timestamp()),
        "available_on": int((at + DAY).timestamp()),
    } | more


def pay_out(
    warehouse: psycopg.Connection[Any],
    identity: str,
    transactions: Iterable[Payload],
    *,
    arrives: date = date(2026, 11, 5),
    status: str = "paid",
    short: int = 0,
    currency: str = "cad",
    **more: Any,
) -> Payload:
    """The transactions stand in raw, and the payout that pays them out, `short` by some cents."""
    paid = list(transactions)
    amount = sum(each["net"] for each in paid) - short
    midnight = datetime(arrives.year, arrives.month, arrives.day, tzinfo=UTC)
    payout = {
        "id": identity,
        "object": "payout",
        "amount": amount,
        "currency": currency,
        "status": status,
        "automatic": True,
        "reconciliation_status": "completed",
        "balance_transaction": f"txn_{identity}",
        "created": int((midnight - 2 * DAY).timestamp()),
        "arrival_date": int(midnight.timestamp()),
    } | more
    own = movement(
        f"txn_{identity}", "payout", -amount, source=identity, at=midnight - 2 * DAY, currency=currency
    )
    move(warehouse, *paid, own)
    shop.land(warehouse, "stripe__payouts", {identity: payout})
    links = {
        f"{identity}:{each['id']}": {"payout": identity, "balance_transaction": each["id"]}
        for each in (*paid, own)
    }
    shop.land(warehouse, "stripe__payout_balance_transactions", links)
    return payout


def move(warehouse: psycopg.Connection[Any], *transactions: Payload) -> None:
    """The balance transactions stand in raw."""
    shop.land(warehouse, "stripe__balance_transactions", {each["id"]: each for each in transactions})


def dispute(identity: str, charge: Payload, status: str = "needs_response", **more: Any) -> Payload:
    """A dispute of the whole charge, to be answered within two weeks."""
    return {
        "id": identity,
        "object": "dispute",
        "amount": charge["amount"],
        "currency": charge["currency"],
        "status": status,
        "reason": "fraudulent",
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "created": int((shop.FIRST_DAY + DAY).timestamp()),
        "evidence_details": {"due_by": int((shop.FIRST_DAY + 15 * DAY).timestamp())},
    } | more


def stripe_refund(identity: str, charge: Payload, amount: int, **more: Any) -> Payload:
    """A refund at Stripe of so many cents of a charge."""
    return {
        "id": identity,
        "object": "refund",
        "amount": amount,
        "currency": charge["currency"],
        "status": "succeeded",
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "balance_transaction": f"txn_{identity}",
        "created": charge["created"] + 3600,
    } | more


def bank(warehouse: psycopg.Connection[Any], *lines: tuple[str, str, str]) -> None:
    """Lines of Odoo's bank journal stand in raw: day, amount, text."""
    shop.land(warehouse, "odoo__res_currency", {"3": {"id": 3, "name": "CAD", "active": True}})
    journal = {"id": 7, "name": "Bank", "code": "BNK1", "type": "bank"}
    shop.land(warehouse, "odoo__account_journal", {"7": journal})
    records = {
        str(900 + number): {
            "id": 900 + number,
            "date": day,
            "amount": float(amount),
            "payment_ref": text,
            "journal_id": 7,
            "move_id": 900 + number,
            "currency_id": 3,
            "is_reconciled": False,
        }
        for number, (day, amount, text) in enumerate(lines)
    }
    shop.land(warehouse, "odoo__account_bank_statement_line", records)
