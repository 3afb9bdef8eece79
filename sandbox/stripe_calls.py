"""What a client can do at Stripe: pay, capture, cancel, refund; and read everything back, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from sandbox.stripe_http import Record, StripeCall, StripeError, as_list, bad_request, missing
from sandbox.stripe_objects import (
    DECLINED,
    billing,
    new_charge,
    new_intent,
    new_refund,
    new_transaction,
    processing_fee,
)
from sandbox.stripe_store import StripeStore

PATHS = {
    "charges": "charge",
    "payment_intents": "payment_intent",
    "refunds": "refund",
    "balance_transactions": "balance_transaction",
    "payouts": "payout",
    "disputes": "dispute",
    "events": "event",
}
_FILTERS = {
    "charge": ("payment_intent", "customer"),
    "payment_intent": ("customer",),
    "refund": ("charge", "payment_intent"),
    "balance_transaction": ("type", "currency", "source"),
    "payout": ("status", "destination"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
}
_DECLINED_CARDS = ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "tok_chargeDeclined")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class StripeCalls:
    """The API's calls over one account."""

    def __init__(self, store: StripeStore) -> None:
        """Serve that account."""
        self.store = store

    def list(self, call: StripeCall, name: str) -> Record:
        """A page, newest first; what lies after `starting_after` or before `ending_before`."""
        kind, limit = PATHS[name], call.limit
        self.store.tell_arrivals()
        places = self._places(call, kind)
        backwards = "ending_before" in call.params and "starting_after" not in call.params
        tests = [test for test in self._tests(call, kind)]
        found: list[Record] = []
        for place in places:
            record = self.store.shown(kind, self.store.id_at(kind, place))
            if record is not None and all(test(record) for test in tests):
                found.append(record)
            if len(found) > limit:
                break
        page = found[:limit]
        return as_list(call.path, page[::-1] if backwards else page, len(found) > limit)

    def _places(self, call: StripeCall, kind: str) -> Iterator[int]:
        line = self.store.lines[kind]
        low_bound, high_bound = call.created()
        low = 0 if low_bound is None else line.place(low_bound)
        high = len(line) if high_bound is None else line.place(high_bound)
        after, before = (self._cursor(call, kind, name) for name in ("starting_after", "ending_before"))
        if kind == "balance_transaction" and "payout" in call.params:
            yield from self._of_payout(call, after)
        elif before is not None and after is None:
            for at in range(max(low, before + 1), high):
                yield from line.ids(at, at + 1)
        else:
            for at in range(min(high, high if after is None else after) - 1, low - 1, -1):
                yield from line.ids(at, at + 1)

    def _of_payout(self, call: StripeCall, after: int | None) -> Iterator[int]:
        if self.store.get("payout", call.text("payout")) is None:
            raise missing("payout", call.text("payout"), "payout")
        places = self.store.payout_transactions(call.text("payout"))
        if after is None:
            return iter(places)
        last = self.store.lines["balance_transaction"].ids(after, after + 1)[0]
        return iter(places[places.index(last) + 1 :] if last in places else [])

    def _cursor(self, call: StripeCall, kind: str, name: str) -> int | None:
        """The cursor's place in its line."""
        if name not in call.params:
            return None
        record = self.store.get(kind, call.text(name))
        if record is None:
            raise missing(kind, call.text(name), name)
        return self.store.place_of(record)

    def _tests(self, call: StripeCall, kind: str) -> Iterator[Callable[[Record], bool]]:
        for name in _FILTERS[kind]:
            if name in call.params:
                wanted = call.text(name)
                if kind == "event":  # a group of events: charge.*
                    yield lambda record, wanted=wanted: fnmatchcase(record["type"], wanted)  # type: ignore[misc]
                else:
                    yield lambda record, name=name, wanted=wanted: record.get(name) == wanted  # type: ignore[misc]
        if kind == "event" and isinstance(types := call.params.get("types"), list):
            yield lambda record: record["type"] in types

    def get(self, call: StripeCall, name: str, identity: str) -> Record:
        """One object."""
        record = self.store.shown(PATHS[name], identity)
        if record is None:
            raise missing(PATHS[name], identity)
        return record

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
            intent |= {
                "status": "requires_payment_method",
                "payment_method": None,
                "last_payment_error": error,
            }
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
        about |= {
            "description": call.params.get("description"),
            "metadata": call.params.get("metadata") or {},
        }
        declined = about["payment_method"] in _DECLINED_CARDS
        charge = self._charge(amount, currency, about, call.flag("capture", True), declined)
        if declined:
            raise _declined(charge, None)
        return charge

    def _charge(self, amount: int, currency: str, about: Record, capture: bool, declined: bool) -> Record:
        identity, index = self.store.new_id("charge")
        given: Record = {"payment_intent": about["id"], "payment_method": about["payment_method"]}
        given |= {"description": about["description"], "metadata": about["metadata"]}
        if declined:
            given |= DECLINED
        elif not capture:
            given |= {"captured": False, "amount_captured": 0}
        charge = new_charge(identity, self.store.clock.timestamp(), amount, currency, billing(), **given)
        if capture and not declined:
            self._settle(charge, amount)
        self.store.put(charge, index)
        self.store.tell("charge.failed" if declined else "charge.succeeded", charge)
        return charge

    def _settle(self, charge: Record, amount: int) -> None:
        identity, index = self.store.new_id("balance_transaction")
        now, fee = self.store.clock.timestamp(), processing_fee(amount)
        self.store.put(new_transaction(identity, now, "charge", charge["id"], amount, fee, now), index)
        charge |= {"balance_transaction": identity, "captured": True, "amount_captured": amount}

    def capture_intent(self, call: StripeCall, identity: str) -> Record:
        """What was held is charged, all of it or amount_to_capture."""
        intent = self._found("payment_intent", identity, "intent")
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "capture")
        amount = call.whole("amount_to_capture", intent["amount_capturable"], 1)
        if amount > intent["amount_capturable"]:
            message = "The amount to capture is larger than the amount that can be captured."
            raise bad_request(message, "amount_too_large", "amount_to_capture")
        charge = self._found("charge", intent["latest_charge"])
        self._settle(charge, amount)
        charge["amount_refunded"] = charge["amount"] - amount
        self.store.put(charge)
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self.store.put(intent)
        self.store.tell("charge.captured", charge)
        self.store.tell("payment_intent.succeeded", intent)
        return intent

    def cancel_intent(self, call: StripeCall, identity: str) -> Record:
        """The intent will never be paid; what was held is let go."""
        intent = self._found("payment_intent", identity, "intent")
        if intent["status"] in ("succeeded", "canceled"):
            raise _unexpected(intent, "cancel")
        now = self.store.clock.timestamp()
        intent |= {"status": "canceled", "canceled_at": now, "amount_capturable": 0}
        intent["cancellation_reason"] = call.params.get("cancellation_reason")
        self.store.put(intent)
        self.store.tell("payment_intent.canceled", intent)
        return intent

    def update(self, call: StripeCall, name: str, identity: str) -> Record:
        """metadata and description of a charge, intent or refund."""
        record = self._found(PATHS[name], identity)
        record["metadata"] = record["metadata"] | (call.params.get("metadata") or {})
        if "description" in call.params and "description" in record:
            record["description"] = call.text("description")
        self.store.put(record)
        return record

    def create_refund(self, call: StripeCall) -> Record:
        """A refund of a charge, all that is left or `amount`; never more."""
        charge_id = call.params.get("charge")
        if charge_id is None and "payment_intent" in call.params:
            charge_id = self._found("payment_intent", call.text("payment_intent"), "payment_intent")[
                "latest_charge"
            ]
        if charge_id is None:
            raise bad_request("One of the following params should be provided: payment_intent or charge.")
        charge = self._found("charge", str(charge_id), "charge")
        left = charge["amount_captured"] - charge["amount_refunded"]
        if charge["refunded"] or not charge["paid"]:
            raise bad_request(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
        amount = call.whole("amount", left, 1)
        if amount > left:
            asked, kept = f"${amount / 100:.2f}", f"${left / 100:.2f}"
            raise bad_request(
                f"Refund amount ({asked}) is greater than unrefunded amount on charge ({kept})", "", "amount"
            )
        reason = call.params.get("reason")
        if reason is not None and reason not in _REASONS:
            raise bad_request(f"Invalid reason: must be one of {', '.join(_REASONS)}", "", "reason")
        return self.refund(charge, amount, call.params.get("metadata") or {}, reason)

    def refund(self, charge: Record, amount: int, metadata: Record, reason: str | None = None) -> Record:
        """The money is given back; charge, balance and events say so."""
        now = self.store.clock.timestamp()
        identity, index = self.store.new_id("refund")
        txn_id, txn_index = self.store.new_id("balance_transaction")
        refund = new_refund(identity, now, charge, amount, txn_id, metadata=metadata, reason=reason)
        self.store.put(new_transaction(txn_id, now, "refund", identity, -amount, 0, now), txn_index)
        self.store.put(refund, index)
        refunded = charge["amount_refunded"] + amount
        charge = charge | {"amount_refunded": refunded, "refunded": refunded >= charge["amount_captured"]}
        self.store.put(charge)
        self.store.tell("refund.created", refund)
        self.store.tell("charge.refunded", charge)
        return refund


def _unexpected(intent: Record, verb: str) -> StripeError:
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return bad_request(message, "payment_intent_unexpected_state")


def _declined(charge: Record, intent: Record | None) -> StripeError:
    message = str(DECLINED["failure_message"])
    more: Record = {"charge": charge["id"], "decline_code": "generic_decline"}
    if intent:
        more["payment_intent"] = intent
    return StripeError(402, "card_error", message, "card_declined", **more)
