"""Stripe's disputes: a chargeback of a whole charge, and its transactions."""

from __future__ import annotations

from typing import Any

from sandbox.stripe_balance import exchange_rate, new_transaction, settled_cents
from sandbox.stripe_objects import DAY

Record = dict[str, Any]
DISPUTE_FEE_CENTS = 2000
_EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]


def new_dispute(
    identity: str, created: int, charge: Record, transactions: list[Record], status: str = "needs_response"
) -> Record:
    """A chargeback of the whole charge: waiting for the shop's answer, won or lost; or only an inquiry."""
    is_answered, is_inquiry = not status.endswith("needs_response"), status.startswith("warning")
    details = {"due_by": created + 14 * DAY, "enhanced_eligibility": {}, "has_evidence": is_answered}
    card = {
        "brand": "visa",
        "case_type": "inquiry" if is_inquiry else "chargeback",
        "network_reason_code": "10.4",
        "network": "visa",
    }
    return {
        "id": identity,
        "object": "dispute",
        "amount": charge["amount"],
        "balance_transactions": transactions,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": details | {"past_due": False, "submission_count": int(is_answered)},
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": "fraudulent",
        "status": status,
    }


def dispute_taken(identity: str, at: int, dispute_id: str, charge: Record, now: int) -> Record:
    """The money taken back with Stripe's fee for it."""
    amount = -settled_cents(charge["amount"], charge["currency"], at)
    rate = exchange_rate(charge["currency"], at)
    return new_transaction(identity, at, "adjustment", dispute_id, amount, DISPUTE_FEE_CENTS, now, rate)


def dispute_returned(identity: str, at: int, dispute_id: str, taken: Record, now: int) -> Record:
    """The money of a dispute that was won, as it was taken; the fee is not given back."""
    given = {"reporting_category": "dispute_reversal", "description": "Chargeback reversal"}
    rate = taken["exchange_rate"]
    return new_transaction(identity, at, "adjustment", dispute_id, -taken["amount"], 0, now, rate, **given)
