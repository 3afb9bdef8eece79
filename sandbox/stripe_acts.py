"""What a test can make happen at Stripe beside the API, by `world.act("stripe", what, id, ..)`.

    dispute             a charge: the buyer's bank takes the money back now; with inquiry=True it only asks
    resolve             a dispute: status="under_review", "won" (the money comes back) or "lost"; an inquiry:
                        "warning_under_review" or "warning_closed"
    refund_at_desk      a charge: amount= is given back in Stripe's dashboard; the shop is not told
    double_refund       a refund: it is made once more
    fail_refund         a refund: the bank sends the money back to the shop's balance
    hold                an order's id: its card is authorised for amount=, seconds= ago (0 = now)
    odd_transaction     a type of balance transaction nobody knows, with amount= (cents, either sign)

What is only shown wrong needs no act but `world.distort` (sandbox/distort.py):

    a payout short by a cent    distort("stripe", "payout", id, amount=amount - 1)
    a fee that is missing       distort("stripe", "balance_transaction", id, fee=0, net=amount)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.stripe_balance import exchange_rate, new_transaction, settled_cents
from sandbox.stripe_disputes import dispute_returned, dispute_taken, new_dispute
from sandbox.stripe_http import Record
from sandbox.stripe_objects import billing, held_card, new_charge, new_intent
from sandbox.stripe_payments import Payments, refundable

# What a dispute may become.
_NEXT = {
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
    "warning_needs_response": ("warning_under_review", "warning_closed"),
    "warning_under_review": ("warning_closed",),
}


class Acts:
    """What happens at Stripe or at a bank, without a call of the shop's."""

    def __init__(self, payments: Payments) -> None:
        """In that account."""
        self._payments = payments
        self._store = payments.store

    def do(self, what: str, identity: str, given: dict[str, Any]) -> Record:
        """The act is done; what came of it. ValueError for one that nobody knows or that cannot be."""
        acts: dict[str, Callable[..., Record]] = {
            "dispute": self._dispute,
            "resolve": self._resolve,
            "refund_at_desk": self._refund_at_desk,
            "double_refund": self._double_refund,
            "fail_refund": self._fail_refund,
            "hold": self._hold,
            "odd_transaction": self._odd_transaction,
        }
        if what not in acts:
            raise ValueError(f"stripe knows no act {what!r}; known: {', '.join(acts)}")
        return acts[what](identity, **given)

    def _known(self, kind: str, identity: str) -> Record:
        record = self._store.get(kind, identity)
        if record is None:
            raise ValueError(f"stripe has no {kind} {identity}")
        return dict(record)

    def _put_transaction(self, txn: Record) -> Record:
        identity, index = self._store.new_id("balance_transaction")
        txn = txn | {"id": identity}
        self._store.put(txn, index)
        return txn

    def _dispute(self, charge_id: str, inquiry: bool = False) -> Record:
        charge = self._known("charge", charge_id)
        if charge["disputed"] or not charge["captured"]:
            raise ValueError(f"charge {charge_id} cannot be disputed")
        now = self._store.clock.timestamp()
        identity, index = self._store.new_id("dispute")
        if inquiry:
            dispute = new_dispute(identity, now, charge, [], "warning_needs_response")
        else:
            taken = self._put_transaction(dispute_taken("", now, identity, charge, now))
            dispute = new_dispute(identity, now, charge, [taken])
            self._store.put(charge | {"disputed": True})
        self._store.put(dispute, index)
        self._store.tell("charge.dispute.created", dispute)
        return dispute

    def _resolve(self, dispute_id: str, status: str) -> Record:
        dispute = self._known("dispute", dispute_id)
        if status not in _NEXT.get(dispute["status"], ()):
            raise ValueError(f"dispute {dispute_id} is {dispute['status']} and cannot be {status}")
        moved, now = list(dispute["balance_transactions"]), self._store.clock.timestamp()
        if status == "won":
            moved.append(self._put_transaction(dispute_returned("", now, dispute_id, moved[0], now)))
        dispute |= {"status": status, "balance_transactions": moved}
        self._store.put(dispute)
        event = "updated" if status in _NEXT else "closed"
        self._store.tell(f"charge.dispute.{event}", dispute)
        return dispute

    def _refund_at_desk(self, charge_id: str, amount: int) -> Record:
        return self._give_back(charge_id, amount, {}, "requested_by_customer")

    def _double_refund(self, refund_id: str) -> Record:
        refund = self._known("refund", refund_id)
        return self._give_back(refund["charge"], refund["amount"], refund["metadata"], refund["reason"])

    def _give_back(self, charge_id: str, amount: int, metadata: Record, reason: str | None) -> Record:
        charge = self._known("charge", charge_id)
        if amount > refundable(charge):
            raise ValueError(f"charge {charge_id} has only {refundable(charge)} left to refund")
        return self._payments.refund(charge, amount, metadata, reason)

    def _fail_refund(self, refund_id: str) -> Record:
        refund, now = self._known("refund", refund_id), self._store.clock.timestamp()
        if refund["status"] != "succeeded" or refund["balance_transaction"] is None:
            raise ValueError(f"refund {refund_id} is {refund['status']} and cannot fail")
        taken = self._known("balance_transaction", refund["balance_transaction"])
        amount, rate = -taken["amount"], taken["exchange_rate"]
        back = new_transaction("", now, "refund_failure", refund_id, amount, 0, now, rate)
        back = self._put_transaction(back)
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        refund |= {"failure_balance_transaction": back["id"]}
        self._store.put(refund)
        charge = self._known("charge", refund["charge"])
        left = charge["amount_refunded"] - refund["amount"]
        self._store.put(charge | {"amount_refunded": left, "refunded": False})
        self._store.tell("refund.failed", refund)
        return refund

    def _hold(self, order_id: str, amount: int, seconds: int = 0, currency: str = "cad") -> Record:
        created = self._store.clock.timestamp() - seconds
        charge_id, charge_index = self._store.new_id("charge")
        intent_id, intent_index = self._store.new_id("payment_intent")
        given: Record = {"metadata": {"order_id": order_id}, "payment_method": "pm_card_visa"}
        held: Record = {"captured": False, "amount_captured": 0, "payment_intent": intent_id}
        held["payment_method_details"] = held_card(amount, created)
        self._store.put(
            new_charge(charge_id, created, amount, currency, billing(), **given, **held), charge_index
        )
        waiting = {"status": "requires_capture", "amount_capturable": amount, "capture_method": "manual"}
        intent = new_intent(intent_id, created, amount, currency, **given, **waiting, latest_charge=charge_id)
        self._store.put(intent, intent_index)
        self._store.tell("charge.succeeded", self._known("charge", charge_id))
        return intent

    def _odd_transaction(self, kind: str, amount: int, currency: str = "cad") -> Record:
        now = self._store.clock.timestamp()
        settled, rate = settled_cents(amount, currency, now), exchange_rate(currency, now)
        return self._put_transaction(new_transaction("", now, kind, None, settled, 0, now, rate))
