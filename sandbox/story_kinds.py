"""What is out of the ordinary about some web orders of the history, by a fixed rota of 120 places.

Two orders in three are ordinary. Each other place has one kind, so that 120 settled orders in a row hold all
of them; a history of 160 web orders holds every event a shop's books must know. What an order is to become
takes time: a young order is still at an earlier step (`Kind.after`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.story_people import EXEMPT_CUSTOMER, US_CUSTOMER, customer
from sandbox.story_things import Customer

HOUR = 3600
DAY = 24 * HOUR
CHARGE_AFTER_SECONDS = 4
REFUND_AFTER_SECONDS = 17 * HOUR
DISPUTE_AFTER_SECONDS = REFUND_AFTER_SECONDS + 60
RESOLVED_AFTER_SECONDS = DISPUTE_AFTER_SECONDS + 30 * HOUR
REFUND_FAILS_AFTER_SECONDS = HOUR  # after the refund
COMPLETED_AFTER_SECONDS = 16 * HOUR
BACKORDER_SECONDS = 50 * HOUR  # until the goods are in and the order is sent
LAPSE_SECONDS = 7 * DAY
PENDING_SECONDS = 10 * DAY
ROTA = 120
PAID_STATUSES = ("processing", "completed", "refunded")


@dataclass(frozen=True, slots=True)
class RefundKind:
    """`what`: everything (by line), rest (all of it, as an amount), line (one piece) or amount."""

    what: str
    after: int = REFUND_AFTER_SECONDS
    is_restocked: bool = False
    card: str = "succeeded"
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """How an order goes. `sale` names what is special about the sale itself (sandbox/story_compose.py)."""

    status: str = "completed"
    sale: str = ""
    is_card: bool = False  # always paid by card
    buyer: Customer | None = None
    refunds: tuple[RefundKind, ...] = ()
    dispute: str = ""
    capture: str = ""

    def after(self, seconds: int) -> Kind:
        """The kind as it stands so long after the order was placed."""
        if self.sale == "backordered" and seconds < BACKORDER_SECONDS:
            return replace(self, status="processing")
        if self.dispute in ("won", "lost") and seconds < RESOLVED_AFTER_SECONDS:
            return replace(self, dispute="needs_response")
        if self.capture == "held" and seconds >= CHARGE_AFTER_SECONDS + LAPSE_SECONDS:
            return replace(self, capture="later" if self.status == "completed" else "lapsed")
        if any(refund.card == "pending" for refund in self.refunds) and seconds >= PENDING_SECONDS:
            return replace(self, refunds=tuple(replace(refund, card="succeeded") for refund in self.refunds))
        return self

    @property
    def completed_after(self) -> int:
        """Seconds from the order to its completion."""
        return BACKORDER_SECONDS if self.sale == "backordered" else COMPLETED_AFTER_SECONDS

    @property
    def captured_after(self) -> int | None:
        """Seconds from the order to the card's charge; None where it was never charged."""
        if self.capture == "later":
            return self.completed_after
        return CHARGE_AFTER_SECONDS if self.status in PAID_STATUSES and not self.capture else None

    @property
    def modified_after(self) -> int:
        """Seconds from the order to its last change in the shop."""
        known = [refund.after for refund in self.refunds if refund.is_known]
        if known:
            return max(known)
        plain = {"completed": self.completed_after, "trash": 19 * HOUR, "cancelled": 18 * HOUR}
        return plain.get(self.status, 60)


ORDINARY = Kind()
HELD_OPEN = Kind("on-hold", is_card=True, capture="held")
BACKORDERED = Kind(sale="backordered", is_card=True)
# Orders of these ages are authorised and no more: one about to lapse, one lapsed.
HELD_AGES = (int(6.8 * DAY), int(7.5 * DAY))


def _refunded(*refunds: RefundKind, status: str = "completed", is_card: bool = False) -> Kind:
    return Kind(status, refunds=refunds, is_card=is_card)


_ALL = RefundKind("everything", is_restocked=True)
_CANCELLED, _FAILED, _TRASH = Kind("cancelled"), Kind("failed", is_card=True), Kind("trash")
KINDS: dict[int, Kind] = {
    **dict.fromkeys((3, 43, 83), _CANCELLED),
    **dict.fromkeys((11, 51, 91), _FAILED),
    **dict.fromkeys((29, 69, 109), _TRASH),
    5: Kind(is_card=True, dispute="needs_response"),
    45: Kind(is_card=True, dispute="won"),
    85: Kind(is_card=True, dispute="lost"),
    # refunds
    **dict.fromkeys((57, 97), _refunded(_ALL, status="refunded", is_card=True)),
    111: _refunded(_ALL, status="refunded"),
    17: _refunded(RefundKind("everything"), status="refunded", is_card=True),
    31: _refunded(RefundKind("rest"), status="refunded", is_card=True),
    71: _refunded(RefundKind("everything", card="failed"), status="refunded", is_card=True),
    63: _refunded(RefundKind("line"), is_card=True),
    23: _refunded(RefundKind("line", is_restocked=True), is_card=True),
    103: _refunded(RefundKind("line"), RefundKind("amount", 18 * HOUR), is_card=True),
    **dict.fromkeys((35, 75), _refunded(RefundKind("amount"))),
    115: _refunded(RefundKind("amount", card="pending"), is_card=True),
    1: _refunded(RefundKind("amount", 18 * HOUR, is_known=False), is_card=True),
    # sales
    13: Kind(sale="tip", is_card=True),
    27: Kind(sale="agent", is_card=True),
    41: Kind(sale="marketplace", is_card=True),
    55: Kind(sale="gift card sold", is_card=True),
    **dict.fromkeys((76, 39), Kind(sale="gift card redeemed", is_card=True)),
    18: Kind(sale="gift card alone", is_card=True),
    2: Kind(sale="dollars", is_card=True, buyer=US_CUSTOMER),
    36: Kind(sale="dollars", is_card=True, buyer=US_CUSTOMER, refunds=(RefundKind("line"),)),
    **dict.fromkeys((4, 44), BACKORDERED),
    8: Kind(sale="exempt", is_card=True, buyer=EXEMPT_CUSTOMER),
    9: Kind(sale="tax included", is_card=True),
    10: Kind(sale="book", is_card=True, buyer=customer(0)),
    15: Kind(sale="book", is_card=True, buyer=customer(1)),
    16: Kind(sale="groceries", is_card=True),
    # cards authorised at first
    **dict.fromkeys((22, 24), Kind(is_card=True, capture="held")),
    25: Kind("cancelled", is_card=True, capture="held"),
    30: HELD_OPEN,
}  # fmt: skip
