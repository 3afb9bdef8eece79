"""What a client can do at Stripe: pay, hold, capture, cancel, refund.

A card that is only authorised (capture_method=manual) can be captured for seven days: all of it or less,
which lets the rest go; where request_multicapture=if_available was asked for, several times with
final_capture=false. What is captured in part is, as in Stripe's own reports, a transaction of the whole
amount and a refund of the rest (reporting_category partial_capture_reversal, with its part of the fee).
"""

from __future__ import annotations

from sandbox.stripe_balance import exchange_rate, new_transaction, processing_fee, settled_cents
from sandbox.stripe_http import Record, StripeCall, StripeError, bad_request, missing
from sandbox.stripe_objects import (
    DECLINED,
    LAPSE_SECONDS,
    billing,
    held_card,
    new_charge,
    new_intent,
    new_refund,
)
from sandbox.stripe_store import StripeStore

_DECLINED_CARDS = ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "tok_chargeDeclined")
_REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_CANCEL_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")


class Payments:
    """The API's writing calls over one account."""

    def __init__(self, store: StripeStore) -> None:
        """Serve that account."""
        self.store = store

    def _found(self, kind: str, identity: str, param: str = "id") -> Record:
        record = self.store.get(kind, identity)
        if record is None:
            raise missing(kind, identity, param)
        return dict(record)

    def create_intent(self, call: StripeCall) -> Record:
        """A payment intent; confirmed at once with confirm=true."""
        amount, currency = call.whole("amount", low=1), call.text("currency").lower()
        identity, index = self.store.new_id("payment_intent")
        given: Record = {
            name: call.params[name] for name in ("description", "receipt_email") if name in call.params
        }
        given["metadata"] = call.params.get("metadata") or {}
        given["capture_method"] = call.text("capture_method", "automatic")
        options = call.params.get("payment_method_options")
        given["payment_method_options"] = options if isinstance(options, dict) else {}
        if "payment_method" in call.params:
            given |= {"payment_method": call.text("payment_method"), "status": "requires_confirmation"}
        intent = new_intent(identity, self.store.clock.timestamp(), amount, currency, **given)
        self.store.put(intent, index)
        return self._confirm(intent) if call.flag("confirm") else intent

    def confirm_intent(self, call: StripeCall, identity: str) -> Record:
        """The card is charged, or held where it is to be captured later."""
        intent = self._found("payment_intent", identity, "intent")
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise _unexpected(intent, "confirm")
        if "payment_method" in call.params:
            intent["payment_method"] = call.text("payment_method")
        return self._confirm(intent)

    def _confirm(self, intent: Record) -> Record:
        if not intent["payment_method"]:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise bad_request(message, "payment_intent_unexpected_state")
        is_held = intent["capture_method"] == "manual"
        declined = intent["payment_method"] in _DECLINED_CARDS
        charge = self._charge(intent["amount"], intent["currency"], intent, not is_held, declined)
        intent = intent | {"latest_charge": charge["id"]}
        if declined:
            error = {"code": "card_declined", "message": DECLINED["failure_message"], "type": "card_error"}
            intent |= {"status": "requires_payment_method", "payment_method": None}
            intent["last_payment_error"] = error
            self.store.put(intent)
            self.store.tell("payment_intent.payment_failed", intent)
            raise _declined(charge, intent)
        if is_held:
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        else:
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
            self.store.tell("payment_intent.succeeded", intent)
        self.store.put(intent)
        return intent

    def create_charge(self, call: StripeCall) -> Record:
        """A charge of a token."""
        amount, currency = call.whole("amount", low=1), call.text("currency").lower()
        about: Record = {"id": None, "payment_method": call.text("source")}
        about |= {"description": call.params.get("description")}
        about |= {"metadata": call.params.get("metadata") or {}}
        declined = about["payment_method"] in _DECLINED_CARDS
        charge = self._charge(amount, currency, about, call.flag("capture", True), declined)
        if declined:
            raise _declined(charge, None)
        return charge

    def _charge(self, amount: int, currency: str, about: Record, capture: bool, declined: bool) -> Record:
        identity, index = self.store.new_id("charge")
        now = self.store.clock.timestamp()
        given: Record = {"payment_intent": about["id"], "payment_method": about["payment_method"]}
        given |= {"description": about["description"], "metadata": about["metadata"]}
        if declined:
            given |= DECLINED
        elif not capture:
            card = (about.get("payment_method_options") or {}).get("card") or {}
            wanted = card.get("request_multicapture") == "if_available"
            details = held_card(amount, now, "available" if wanted else "unavailable")
            given |= {"captured": False, "amount_captured": 0, "payment_method_details": details}
        charge = new_charge(identity, now, amount, currency, billing(), **given)
        if capture and not declined:
            charge |= {"balance_transaction": self._settle(charge, amount)}
        self.store.put(charge, index)
        self.store.tell("charge.failed" if declined else "charge.succeeded", charge)
        return charge

    def _settle(self, charge: Record, amount: int) -> str:
        """The money is on the balance; the id of its transaction."""
        return self._move(charge["currency"], "charge", charge["id"], amount)

    def _move(
        self, currency: str, kind: str, source: str, amount: int, fee: int | None = None, **given: str
    ) -> str:
        identity, index = self.store.new_id("balance_transaction")
        now = self.store.clock.timestamp()
        settled, rate = settled_cents(amount, currency, now), exchange_rate(currency, now)
        if fee is None:
            fee = processing_fee(settled) if kind == "charge" else 0
        txn = new_transaction(identity, now, kind, source, settled, fee, now, rate, **given)
        self.store.put(txn, index)
        return identity

    def capture_intent(self, call: StripeCall, identity: str) -> Record:
        """What was held is charged, all of it or amount_to_capture."""
        intent = self._found("payment_intent", identity, "intent")
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "capture")
        left = intent["amount_capturable"]
        amount = call.whole("amount_to_capture", left, 1)
        if amount > left:
            message = "The amount to capture is larger than the amount that can be captured."
            raise bad_request(message, "amount_too_large", "amount_to_capture")
        charge = self._found("charge", intent["latest_charge"])
        is_multiple = charge["payment_method_details"]["card"]["multicapture"]["status"] == "available"
        is_final = call.flag("final_capture", True)
        if not is_final and not is_multiple:
            message = "This payment method does not support multiple captures; final_capture cannot be false."
            raise bad_request(message, "parameter_invalid", "final_capture")
        if is_multiple:
            txn = self._settle(charge, amount)
        else:
            txn = self._settle(charge, charge["amount"])
            if amount < charge["amount"]:
                charge = self._reverse(charge, charge["amount"] - amount)
        captured = charge["amount_captured"] + amount
        charge |= {"balance_transaction": txn, "amount_captured": captured, "captured": is_final}
        self.store.put(charge)
        intent |= {"amount_received": captured, "amount_capturable": left - amount}
        intent["metadata"] = intent["metadata"] | (call.params.get("metadata") or {})
        if is_final:
            intent |= {"status": "succeeded", "amount_capturable": 0}
        self.store.put(intent)
        self.store.tell("charge.captured", charge)
        event = "succeeded" if is_final else "amount_capturable_updated"
        self.store.tell(f"payment_intent.{event}", intent)
        return intent

    def _reverse(self, charge: Record, amount: int) -> Record:
        """What was not captured goes back, with its part of the fee."""
        now, currency = self.store.clock.timestamp(), charge["currency"]
        identity, index = self.store.new_id("refund")
        whole = settled_cents(charge["amount"], currency, now)
        kept = settled_cents(charge["amount"] - amount, currency, now)
        fee = processing_fee(kept) - processing_fee(whole)
        category = {"reporting_category": "partial_capture_reversal"}
        txn = self._move(currency, "refund", identity, -amount, fee, **category)
        self.store.put(new_refund(identity, now, charge, amount, txn), index)
        return charge | {"amount_refunded": charge["amount_refunded"] + amount}

    def cancel_intent(self, call: StripeCall, identity: str) -> Record:
        """The intent will never be paid; what was held is let go."""
        intent = self._found("payment_intent", identity, "intent")
        if intent["status"] not in _CANCELABLE:
            raise _unexpected(intent, "cancel")
        reason = call.params.get("cancellation_reason")
        if reason is not None and reason not in _CANCEL_REASONS:
            message = f"Invalid cancellation_reason: must be one of {', '.join(_CANCEL_REASONS)}"
            raise bad_request(message, "", "cancellation_reason")
        return self._cancel(intent, self.store.clock.timestamp(), reason)

    def _cancel(self, intent: Record, at: int, reason: str | None) -> Record:
        held = intent["amount_capturable"]
        status = "succeeded" if intent["amount_received"] else "canceled"  # several captures: those stay
        intent |= {"status": status, "canceled_at": at, "amount_capturable": 0, "cancellation_reason": reason}
        self.store.put(intent)
        if held:
            charge = self._found("charge", intent["latest_charge"])
            if not charge["amount_captured"]:
                charge |= {"amount_refunded": charge["amount"], "refunded": True}
            self.store.put(charge)
            self.store.tell("charge.refunded", charge)
        self.store.tell(f"payment_intent.{status}", intent)
        return intent

    def lapse(self) -> None:
        """Authorisations made while the stand-in runs end by themselves after seven days.

        Those of the history stand as the story tells them, whatever day it is.
        """
        now = self.store.clock.timestamp()
        for identity in sorted(self.store.held):
            intent = self._found("payment_intent", identity)
            charge = self._found("charge", intent["latest_charge"])
            if charge["created"] + LAPSE_SECONDS > now:
                continue
            at = charge["created"] + LAPSE_SECONDS
            self._cancel(intent, at, "automatic")
            refund_id, index = self.store.new_id("refund")
            reason = {"reason": "expired_uncaptured_charge"}
            self.store.put(new_refund(refund_id, at, charge, charge["amount"], None, **reason), index)

    def update(self, call: StripeCall, kind: str, identity: str) -> Record:
        """metadata and description of a charge, intent or refund."""
        record = self._found(kind, identity)
        record["metadata"] = record["metadata"] | (call.params.get("metadata") or {})
        if "description" in call.params and "description" in record:
            record["description"] = call.text("description")
        self.store.put(record)
        return record

    def create_refund(self, call: StripeCall) -> Record:
        """A refund of a charge, all that is left or `amount`; never more, and none of a disputed charge."""
        charge_id = call.params.get("charge")
        if charge_id is None and "payment_intent" in call.params:
            intent = self._found("payment_intent", call.text("payment_intent"), "payment_intent")
            charge_id = intent["latest_charge"]
        if charge_id is None:
            raise bad_request("One of the following params should be provided: payment_intent or charge.")
        charge = self._found("charge", str(charge_id), "charge")
        if charge["disputed"]:
            message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
            raise bad_request(message, "charge_disputed")
        left = refundable(charge)
        if charge["refunded"] or not charge["paid"] or left <= 0:
            raise bad_request(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
        amount = call.whole("amount", left, 1)
        if amount > left:
            asked, kept = f"${amount / 100:.2f}", f"${left / 100:.2f}"
            raise bad_request(
                f"Refund amount ({asked}) is greater than unrefunded amount on charge ({kept})", "", "amount"
            )
        reason = call.params.get("reason")
        if reason is not None and reason not in _REFUND_REASONS:
            raise bad_request(f"Invalid reason: must be one of {', '.join(_REFUND_REASONS)}", "", "reason")
        return self.refund(charge, amount, call.params.get("metadata") or {}, reason)

    def refund(self, charge: Record, amount: int, metadata: Record, reason: str | None = None) -> Record:
        """The money is given back; charge, balance and events say so."""
        now = self.store.clock.timestamp()
        identity, index = self.store.new_id("refund")
        txn = self._move(charge["currency"], "refund", identity, -amount)
        refund = new_refund(identity, now, charge, amount, txn, metadata=metadata, reason=reason)
        self.store.put(refund, index)
        refunded = charge["amount_refunded"] + amount
        charge = charge | {"amount_refunded": refunded}
        charge["refunded"] = refundable(charge) <= 0
        self.store.put(charge)
        self.store.tell("refund.created", refund)
        self.store.tell("charge.refunded", charge)
        return refund


def refundable(charge: Record) -> int:
    """What of a charge can still be given back."""
    details = (charge["payment_method_details"] or {}).get("card") or {}
    is_multiple = (details.get("multicapture") or {}).get("status") == "available"
    if not charge["captured"] and not is_multiple:
        return 0
    # What a partial capture let go counts as refunded, so the whole amount is what there is to give back.
    whole = charge["amount_captured"] if is_multiple else charge["amount"]
    return int(whole - charge["amount_refunded"])


def _unexpected(intent: Record, verb: str) -> StripeError:
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return bad_request(message, "payment_intent_unexpected_state")


def _declined(charge: Record, intent: Record | None) -> StripeError:
    message = str(DECLINED["failure_message"])
    more: Record = {"charge": charge["id"], "decline_code": "generic_decline"}
    if intent:
        more["payment_intent"] = intent
    return StripeError(402, "card_error", message, "card_declined", **more)
