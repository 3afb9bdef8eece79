"""Stripe's payments (API 2026-10-28.endive): amounts in minor units, moments in seconds since 1970."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]
API_VERSION = "2026-10-28.endive"
DAY = 24 * 3600


def new_charge(
    identity: str, created: int, amount: int, currency: str, buyer: Record, **given: Any
) -> Record:
    """A charge of a card: succeeded and captured unless told otherwise. `buyer` is billing_details."""
    return {
        "id": identity,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": buyer,
        "calculated_statement_descriptor": "MAPLE LANE GOODS",
        "captured": True,
        "created": created,
        "currency": currency,
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": _outcome("authorized", "approved_by_network"),
        "paid": True,
        "payment_intent": None,
        "payment_method": "pm_card_visa",
        "payment_method_details": _card_details(amount),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
        **given,
    }


def _outcome(kind: str, network: str) -> Record:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete." if kind == "authorized" else "The bank declined.",
        "type": kind,
    }


DECLINED: Record = {
    "amount_captured": 0,
    "captured": False,
    "paid": False,
    "status": "failed",
    "failure_code": "card_declined",
    "failure_message": "Your card was declined.",
    "outcome": _outcome("issuer_declined", "declined_by_network"),
}


def _card_details(amount: int) -> Record:
    checks = {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"}
    card = {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": "visa",
        "checks": checks,
        "country": "CA",
        "exp_month": 8,
        "exp_year": 2030,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": "AOB934RVNwzk6xtn",
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": "4242",
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }
    return {"card": card, "type": "card"}


LAPSE_SECONDS = 7 * DAY


def held_card(amount: int, created: int, multicapture: str = "unavailable") -> Record:
    """The card's details of a charge that was to be captured by hand."""
    details = _card_details(amount)
    details["card"] |= {
        "capture_before": created + LAPSE_SECONDS,
        "multicapture": {"status": multicapture},
    }
    return details


def billing(
    name: str | None = None, email: str | None = None, phone: str | None = None, **address: Any
) -> Record:
    """The billing_details of a charge."""
    blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": blank | address, "email": email, "name": name, "phone": phone, "tax_id": None}


def new_intent(identity: str, created: int, amount: int, currency: str, **given: Any) -> Record:
    """A payment intent that still waits for a card unless told otherwise."""
    return {
        "id": identity,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{identity}_secret_0000",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **given,
    }


def new_refund(
    identity: str, created: int, charge: Record, amount: int, txn: str | None, **given: Any
) -> Record:
    """A refund that succeeded unless told otherwise."""
    return {
        "id": identity,
        "object": "refund",
        "amount": amount,
        "balance_transaction": txn,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
        **given,
    }
