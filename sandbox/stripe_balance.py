"""Stripe's balance: what the account settles in Canadian dollars, its transactions, payouts, events."""

from __future__ import annotations

from typing import Any

from sandbox.stripe_objects import API_VERSION, DAY

Record = dict[str, Any]
CENTS_OF_FIXED_FEE = 30
# Canadian cents for a hundred units of another currency's cents, and how far a day may stray above it.
_RATES = {"usd": 136_000, "eur": 158_000, "gbp": 184_000}
_STRAYING = 2_000


def processing_fee(amount_cents: int) -> int:
    """2.9 % + 30 cents, half a cent up."""
    return (amount_cents * 29 + 500) // 1000 + CENTS_OF_FIXED_FEE


def exchange_rate(currency: str, moment: int) -> float | None:
    """Canadian dollars for one unit of the currency, another each day; None for Canadian dollars."""
    if currency == "cad":
        return None
    return (_RATES.get(currency, 100_000) + moment // DAY * 7919 % _STRAYING) / 100_000


def settled_cents(amount: int, currency: str, moment: int) -> int:
    """What an amount is on the account's own balance, in Canadian cents."""
    rate = exchange_rate(currency, moment)
    if rate is None:
        return amount
    hundred_thousandths = round(rate * 100_000)
    whole = (abs(amount) * hundred_thousandths + 50_000) // 100_000
    return whole if amount >= 0 else -whole


_CATEGORIES = {"adjustment": "dispute", "stripe_fee": "fee", "payout_failure": "payout_reversal"}
_DESCRIPTIONS = {
    "adjustment": "Chargeback withdrawal",
    "payout": "STRIPE PAYOUT",
    "payout_failure": "REFUND FOR PAYOUT",
    "refund_failure": "REFUND FAILURE",
}
_AT_ONCE = ("payout", "payout_failure")


def new_transaction(
    identity: str,
    created: int,
    kind: str,
    source: str | None,
    amount: int,
    fee: int,
    now: int,
    rate: float | None = None,
    **given: Any,
) -> Record:
    """A balance transaction of type `kind`, in Canadian cents; available from the next midnight (UTC) on."""
    available_on = given.pop("available_on", None) or next_midnight(created)
    if kind in _AT_ONCE:
        available_on = created
    details = {"amount": fee, "application": None, "currency": "cad", "description": "Stripe processing fees"}
    return {
        "id": identity,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": "cad",
        "description": _DESCRIPTIONS.get(kind),
        "exchange_rate": rate,
        "fee": fee,
        "fee_details": [details | {"type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": _CATEGORIES.get(kind, kind),
        "source": source,
        "status": "available" if available_on <= now else "pending",
        "type": kind,
        **given,
    }


def next_midnight(moment: int) -> int:
    """The first moment of the next day (UTC)."""
    return (moment // DAY + 1) * DAY


def arrival(created: int) -> int:
    """When a payout reaches the bank: the midnight (UTC) after it was made."""
    return next_midnight(created)


def new_payout(
    identity: str, created: int, amount: int, txn: str, now: int, failed_txn: str | None = None
) -> Record:
    """A daily payout: on its way until it arrives; below zero it is taken from the bank.

    `failed_txn` puts the money back on the balance where the bank sends it back on arrival.
    """
    has_arrived = arrival(created) <= now
    failed: Record = {}
    if failed_txn and has_arrived:
        failed = {
            "status": "failed",
            "failure_balance_transaction": failed_txn,
            "failure_code": "account_frozen",
            "failure_message": "Your bank has frozen the account.",
        }
    return {
        "id": identity,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival(created),
        "automatic": True,
        "balance_transaction": txn,
        "created": created,
        "currency": "cad",
        "description": "STRIPE PAYOUT",
        "destination": "ba_3maplelanechequing",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid" if has_arrived else "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
        **failed,
    }


def new_event(identity: str, created: int, kind: str, about: Record) -> Record:
    """What Stripe tells of a change: the object as it was then."""
    return {
        "id": identity,
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
