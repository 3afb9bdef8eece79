"""Stripe's disputes: a chargeback of a whole charge."""

from __future__ import annotations

from typing import Any

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


def new_dispute(identity: str, created: int, charge: Record, transactions: list[Record]) -> Record:
    """A chargeback of the whole charge, waiting for the shop's answer."""
    details = {"due_by": created + 14 * DAY, "enhanced_eligibility": {}, "has_evidence": False}
    card = {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4", "network": "visa"}
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
        "evidence_details": details | {"past_due": False, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": "fraudulent",
        "status": "needs_response",
    }
