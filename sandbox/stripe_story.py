"""The card payments of the story's web orders as Stripe's objects: each follows from its order.

An order has up to REFUNDS refunds and PARTS balance transactions or events: the parts below, of which those
of a day (payouts, the monthly bill) are numbered by their day instead.
"""

from __future__ import annotations

from typing import Any

from sandbox.story import SHOP_NAME, WebOrder
from sandbox.story_kinds import (
    CHARGE_AFTER_SECONDS,
    DISPUTE_AFTER_SECONDS,
    LAPSE_SECONDS,
    PAID_STATUSES,
    REFUND_FAILS_AFTER_SECONDS,
    RESOLVED_AFTER_SECONDS,
    Kind,
)
from sandbox.stripe_balance import exchange_rate, new_transaction, processing_fee, settled_cents
from sandbox.stripe_disputes import dispute_returned, dispute_taken, new_dispute
from sandbox.stripe_ids import object_id
from sandbox.stripe_objects import DECLINED, billing, held_card, new_charge, new_intent, new_refund

Record = dict[str, Any]
INTENT_AFTER_SECONDS = 2
REFUNDS = 4
PARTS = 16
CHARGE_PART, DISPUTE_PART, RETURN_PART = 0, 1, 2
REFUND_PART = 4  # and the following: one for each refund
FAILED_REFUND_PART = 8  # likewise
PAYOUT_PART, PAYOUT_FAILURE_PART, BILL_PART = 12, 13, 14
EXPIRED_PART = 15  # an event only
DAY_PARTS = (PAYOUT_PART, PAYOUT_FAILURE_PART, BILL_PART)


def parts_of(kind: Kind) -> list[tuple[int, int]]:
    """(part, seconds after the order) of every transaction of an order paid by card."""
    if kind.captured_after is None:
        return []
    parts = [(CHARGE_PART, kind.captured_after)]
    for place, refund in enumerate(kind.refunds):
        if refund.card != "pending":
            parts.append((REFUND_PART + place, refund.after))
        if refund.card == "failed":
            parts.append((FAILED_REFUND_PART + place, refund.after + REFUND_FAILS_AFTER_SECONDS))
    if kind.dispute:
        parts.append((DISPUTE_PART, DISPUTE_AFTER_SECONDS))
    if kind.dispute == "won":
        parts.append((RETURN_PART, RESOLVED_AFTER_SECONDS))
    return parts


def events_of(kind: Kind) -> list[tuple[int, int]]:
    """(part, seconds after the order) of every event: one with each transaction, and what moves no money."""
    parts = parts_of(kind)
    if kind.capture:
        parts = [(CHARGE_PART, CHARGE_AFTER_SECONDS), *(part for part in parts if part[0] != CHARGE_PART)]
    if kind.dispute == "lost":
        parts.append((RETURN_PART, RESOLVED_AFTER_SECONDS))
    if kind.capture == "lapsed":
        parts.append((EXPIRED_PART, CHARGE_AFTER_SECONDS + LAPSE_SECONDS))
    elif kind.capture == "later":
        parts.append((EXPIRED_PART, kind.completed_after))
    return parts


class OrderPayments:
    """Charge, intent, refunds, dispute and balance transactions of one web order paid by card."""

    def __init__(self, order: WebOrder, seed: int, now: int) -> None:
        """`now` decides which balance transactions are available."""
        self.order = order
        self._seed = seed
        self._now = now
        self.created = int(order.created_at.timestamp())
        self._modified = int(order.modified_at.timestamp())
        self.charged = min(self.created + CHARGE_AFTER_SECONDS, self._modified)
        self.is_paid = order.status in PAID_STATUSES and order.capture in ("", "later")
        self.has_charge = self.is_paid or bool(order.capture) or order.status == "failed"
        self.currency = order.currency.lower()

    def id(self, prefix: str, place: int = 0) -> str:
        """The id of the order's object of that kind."""
        return object_id(prefix, self._seed, self.order.index * (REFUNDS if prefix == "re" else 1) + place)

    def transaction_id(self, part: int) -> str:
        """The id of one of its balance transactions."""
        return object_id("txn", self._seed, self.order.index * PARTS + part)

    @property
    def captured(self) -> int:
        """When the card was charged."""
        completed = self.order.completed_at
        return int(completed.timestamp()) if self.order.capture and completed else self.charged

    def intent(self) -> Record:
        """The payment intent, in the state that the order's status says."""
        order, total, capture = self.order, self.order.total_cents, self.order.capture
        given: Record = {"metadata": self._metadata(), "description": f"{SHOP_NAME} - Order {order.number}"}
        if capture:
            given |= {"capture_method": "manual", "latest_charge": self.id("ch")}
            given |= {"payment_method": "pm_card_visa"}
        if self.is_paid:
            given |= {"status": "succeeded", "amount_received": total, "latest_charge": self.id("ch")}
            given |= {"payment_method": "pm_card_visa"}
        elif capture == "held":
            given |= {"status": "requires_capture", "amount_capturable": total}
        elif capture == "lapsed":
            given |= {"status": "canceled", "cancellation_reason": "automatic"}
            given |= {"canceled_at": self.charged + LAPSE_SECONDS}
        elif order.status == "failed":
            error = {"type": "card_error", "code": "card_declined", "message": DECLINED["failure_message"]}
            given |= {"last_payment_error": error, "latest_charge": self.id("ch")}
        elif order.status in ("cancelled", "trash"):
            given |= {"status": "canceled", "cancellation_reason": "abandoned"}
            given |= {"canceled_at": self._modified}
        created = min(self.created + INTENT_AFTER_SECONDS, self.charged)
        return new_intent(self.id("pi"), created, total, self.currency, **given)

    def charge(self) -> Record:
        """The charge: succeeded, refunded or disputed, only authorised, or declined."""
        order, total = self.order, self.order.total_cents
        given: Record = {"metadata": self._metadata(), "description": f"{SHOP_NAME} - Order {order.number}"}
        given |= {"payment_intent": self.id("pi")}
        if order.capture:
            given |= {"payment_method_details": held_card(total, self.charged)}
        if self.is_paid:
            back = sum(refund.amount_cents for refund in order.refunds if refund.card != "failed")
            given |= {
                "balance_transaction": self.transaction_id(CHARGE_PART),
                "disputed": bool(order.dispute),
            }
            given |= {"amount_refunded": back, "refunded": back >= total}
        elif order.capture:
            given |= {"captured": False, "amount_captured": 0}
            if order.capture == "lapsed":
                given |= {"amount_refunded": total, "refunded": True}
        else:
            given |= DECLINED
        buyer = order.customer
        address = {"city": buyer.city, "country": buyer.country, "line1": buyer.street}
        address |= {"state": buyer.province, "postal_code": buyer.postcode}
        details = billing(buyer.name, buyer.email or None, buyer.phone, **address)
        return new_charge(self.id("ch"), self.charged, total, self.currency, details, **given)

    def refund(self, place: int = 0) -> Record | None:
        """What was given back, None where nothing was; the release of a charge that lapsed is one too."""
        order = self.order
        if order.capture == "lapsed" and place == 0:
            at, given = self.charged + LAPSE_SECONDS, {"reason": "expired_uncaptured_charge"}
            return new_refund(self.id("re"), at, self.charge(), order.total_cents, None, **given)
        if place >= len(order.refunds) or not self.is_paid:
            return None
        refund = order.refunds[place]
        more: Record = {"reason": "requested_by_customer"}
        if refund.is_known:
            more["metadata"] = self._metadata()
        txn: str | None = self.transaction_id(REFUND_PART + place)
        if refund.card == "pending":
            txn, more = None, more | {"status": "pending", "pending_reason": "insufficient_funds"}
        if refund.card == "failed":
            more |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            more |= {"failure_balance_transaction": self.transaction_id(FAILED_REFUND_PART + place)}
        at = int(refund.refunded_at.timestamp())
        return new_refund(self.id("re", place), at, self.charge(), refund.amount_cents, txn, **more)

    def dispute(self) -> Record | None:
        """The chargeback, None where there is none."""
        if not self.order.dispute:
            return None
        moved = [txn for part in (DISPUTE_PART, RETURN_PART) if (txn := self.transaction(part))]
        at = self.created + DISPUTE_AFTER_SECONDS
        return new_dispute(self.id("du"), at, self.charge(), moved, self.order.dispute)

    def transaction(self, part: int) -> Record | None:
        """One of the order's balance transactions, None where it has no such part."""
        order, identity, now = self.order, self.transaction_id(part), self._now
        if not self.is_paid:
            return None
        if part == CHARGE_PART:
            return self._money(identity, self.captured, "charge", self.id("ch"), order.total_cents)
        if part == DISPUTE_PART and order.dispute:
            at = self.created + DISPUTE_AFTER_SECONDS
            return dispute_taken(identity, at, self.id("du"), self.charge(), now)
        if part == RETURN_PART and order.dispute == "won":
            taken = self.transaction(DISPUTE_PART)
            assert taken is not None
            at = self.created + RESOLVED_AFTER_SECONDS
            return dispute_returned(identity, at, self.id("du"), taken, now)
        for first, kind in ((REFUND_PART, "refund"), (FAILED_REFUND_PART, "refund_failure")):
            place = part - first
            if 0 <= place < len(order.refunds):
                refund, at = order.refunds[place], int(order.refunds[place].refunded_at.timestamp())
                source = self.id("re", place)
                if kind == "refund" and refund.card != "pending":
                    return self._money(identity, at, kind, source, -refund.amount_cents)
                if kind == "refund_failure" and refund.card == "failed":
                    at += REFUND_FAILS_AFTER_SECONDS
                    return self._money(identity, at, kind, source, refund.amount_cents)
        return None

    def _money(self, identity: str, at: int, kind: str, source: str, amount: int) -> Record:
        settled = settled_cents(amount, self.currency, at)
        fee = processing_fee(settled) if kind == "charge" else 0
        rate = exchange_rate(self.currency, at)
        return new_transaction(identity, at, kind, source, settled, fee, self._now, rate)

    def event(self, part: int) -> tuple[str, int, Record] | None:
        """(type, moment, object) of one of the order's events, None where it has no such part."""
        txn = self.transaction(part)
        if part == CHARGE_PART and self.has_charge:
            return "charge.succeeded", self.charged, self.charge()
        if part == EXPIRED_PART and self.order.capture == "lapsed":
            return "payment_intent.canceled", self.charged + LAPSE_SECONDS, self.intent()
        if part == EXPIRED_PART and self.is_paid:
            return "charge.captured", self.captured, self.charge()
        if part == RETURN_PART and self.order.dispute in ("won", "lost"):
            return "charge.dispute.closed", self.created + RESOLVED_AFTER_SECONDS, self.dispute() or {}
        if txn is None:
            return None
        if part == DISPUTE_PART:
            return "charge.dispute.created", txn["created"], self.dispute() or {}
        if part >= FAILED_REFUND_PART:
            return "refund.failed", txn["created"], self.refund(part - FAILED_REFUND_PART) or {}
        return "charge.refunded", txn["created"], self.charge()

    def _metadata(self) -> Record:
        return {"order_id": self.order.number}
