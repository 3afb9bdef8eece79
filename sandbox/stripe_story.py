"""The card payments of the story's web orders as Stripe's objects: each follows from its order."""

from __future__ import annotations

from typing import Any

from sandbox.story import SHOP_NAME, WebOrder
from sandbox.story_orders import REFUND_AFTER_SECONDS
from sandbox.stripe_disputes import DISPUTE_FEE_CENTS, new_dispute
from sandbox.stripe_ids import object_id
from sandbox.stripe_objects import (
    DECLINED,
    billing,
    new_charge,
    new_intent,
    new_refund,
    new_transaction,
    processing_fee,
)

Record = dict[str, Any]
INTENT_AFTER_SECONDS = 2
CHARGE_AFTER_SECONDS = 4
DISPUTE_AFTER_SECONDS = REFUND_AFTER_SECONDS + 60
PAID_STATUSES = ("processing", "completed", "refunded")
CHARGE_PART, REFUND_PART, DISPUTE_PART, PAYOUT_PART = range(4)
PARTS = 4


class OrderPayments:
    """Charge, intent, refund, dispute and balance transactions of one web order paid by card."""

    def __init__(self, order: WebOrder, seed: int, now: int) -> None:
        """`now` decides which balance transactions are available."""
        self.order = order
        self._seed = seed
        self._now = now
        created = int(order.created_at.timestamp())
        self.is_paid = order.paid_at is not None
        self.created = created
        self.charged = int(order.paid_at.timestamp()) if order.paid_at else created + CHARGE_AFTER_SECONDS
        self.has_charge = self.is_paid or order.status == "failed"

    def id(self, prefix: str) -> str:
        """The id of the order's object of that kind."""
        return object_id(prefix, self._seed, self.order.index)

    def transaction_id(self, part: int) -> str:
        """The id of one of its balance transactions."""
        return object_id("txn", self._seed, self.order.index * PARTS + part)

    def intent(self) -> Record:
        """The payment intent, in the state that the order's status says."""
        order, total = self.order, self.order.total_cents
        given: Record = {"metadata": self._metadata(), "description": f"{SHOP_NAME} - Order {order.number}"}
        if self.is_paid:
            given |= {"status": "succeeded", "amount_received": total, "latest_charge": self.id("ch")}
            given |= {"payment_method": "pm_card_visa"}
        elif order.status == "failed":
            error = {"type": "card_error", "code": "card_declined", "message": DECLINED["failure_message"]}
            given |= {"last_payment_error": error, "latest_charge": self.id("ch")}
        elif order.status in ("cancelled", "trash"):
            given |= {"status": "canceled", "cancellation_reason": "abandoned"}
            given |= {"canceled_at": int(order.modified_at.timestamp())}
        created = min(self.created + INTENT_AFTER_SECONDS, self.charged)
        return new_intent(self.id("pi"), created, total, "cad", **given)

    def charge(self) -> Record:
        """The charge: succeeded, refunded or disputed, or declined."""
        order, total = self.order, self.order.total_cents
        given: Record = {"metadata": self._metadata(), "description": f"{SHOP_NAME} - Order {order.number}"}
        given |= {"payment_intent": self.id("pi")}
        if not self.is_paid:
            given |= DECLINED
        else:
            given |= {"balance_transaction": self.transaction_id(CHARGE_PART), "disputed": order.is_disputed}
            if order.refund:
                given |= {"amount_refunded": order.refund.amount_cents, "refunded": order.refund.is_full}
        buyer = order.customer
        address = {"city": buyer.city, "country": "CA", "line1": buyer.street, "state": buyer.province}
        details = billing(buyer.name, buyer.email or None, buyer.phone, **address, postal_code=buyer.postcode)
        return new_charge(self.id("ch"), self.charged, total, "cad", details, **given)

    def refund(self) -> Record | None:
        """What was given back, None where nothing was."""
        refund = self.order.refund
        if refund is None or not self.is_paid:
            return None
        metadata = {"order_id": self.order.number}
        at, txn = int(refund.refunded_at.timestamp()), self.transaction_id(REFUND_PART)
        given: Record = {"metadata": metadata, "reason": "requested_by_customer"}
        return new_refund(self.id("re"), at, self.charge(), refund.amount_cents, txn, **given)

    def dispute(self) -> Record | None:
        """The chargeback, None where there is none."""
        if not self.order.is_disputed:
            return None
        taken = self.transaction(DISPUTE_PART)
        at = self.created + DISPUTE_AFTER_SECONDS
        return new_dispute(self.id("du"), at, self.charge(), [taken] if taken else [])

    def transaction(self, part: int) -> Record | None:
        """One of the order's balance transactions, None where it has no such part."""
        total, refund, identity = self.order.total_cents, self.order.refund, self.transaction_id(part)
        if not self.is_paid:
            return None
        if part == CHARGE_PART:
            fee = processing_fee(total)
            return new_transaction(identity, self.charged, "charge", self.id("ch"), total, fee, self._now)
        if part == REFUND_PART and refund:
            at = int(refund.refunded_at.timestamp())
            return new_transaction(identity, at, "refund", self.id("re"), -refund.amount_cents, 0, self._now)
        if part == DISPUTE_PART and self.order.is_disputed:
            at = self.created + DISPUTE_AFTER_SECONDS
            return new_transaction(
                identity, at, "adjustment", self.id("du"), -total, DISPUTE_FEE_CENTS, self._now
            )
        return None

    def _metadata(self) -> Record:
        return {"order_id": self.order.number}
