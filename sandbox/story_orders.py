"""The web orders of the history: order i is a pure function of (seed, i) and of how many there are.

The newest `open_count` orders are still on their way (processing, on hold, pending ..); all older ones
are settled, or nearly so. Which kind an order is follows a fixed rota (sandbox/story_kinds.py).
"""

from __future__ import annotations

from datetime import datetime

from sandbox.story_catalogue import Basket
from sandbox.story_chance import chance
from sandbox.story_compose import COUPON, compose
from sandbox.story_kinds import BACKORDERED, HELD_AGES, HELD_OPEN, HOUR, KINDS, ORDINARY, ROTA, Kind
from sandbox.story_people import US_CUSTOMER, customer
from sandbox.story_web import WebOrder

SETTLING_SECONDS = 20 * HOUR
LONGEST_HISTORY_SECONDS = 547 * 24 * HOUR  # after 2025-04-01 for any history that ends in late 2026
LARGEST_GAP_SECONDS = 90 * 60
_NOTES = (
    "",
    "",
    "",
    "",
    "",
    "",
    "Laisser à la porte, SVP",
    "Gift for Mum 🎁",
    'Ring "twice"',
    "Back door; mind the cat",
)

# status, payment method, whether its stock is taken
_OPEN_ROTA = (
    ("processing", "stripe", True),
    ("on-hold", "bacs", True),
    ("processing", "stripe", True),
    ("pending", "stripe", False),
    ("processing", "cod", True),
    ("processing", "stripe", True),
    ("failed", "stripe", False),
    ("on-hold", "cheque", True),
    ("processing", "stripe", True),
    ("processing", "stripe", True),
    ("cancelled", "bacs", False),
    ("processing", "bacs", True),
)
PART_SHIPPED_PLACE = 8  # of the open rota: typed into Odoo, some of it delivered
TYPED_PLACE = 9  # typed into Odoo, nothing delivered yet
BACKORDERED_PLACE = 5  # paid, and some of it is not in stock
ABROAD_AGE = 2  # paid, and to be sent to the United States
_ABROAD = Kind("processing", is_card=True, buyer=US_CUSTOMER)


class OrderBook:
    """Every web order of a history of `count`, ending at `until`."""

    def __init__(self, count: int, seed: int, until: datetime, baskets: tuple[Basket, ...]) -> None:
        """Nothing is computed before it is asked for."""
        self.count = count
        self.seed = seed
        self.gap = min(LARGEST_GAP_SECONDS, LONGEST_HISTORY_SECONDS // max(count, 1))
        self.start = int(until.timestamp()) - count * self.gap
        self.first_id = 1001 - count if count <= 900 else 2001
        self.open_count = min(max(12, -(-SETTLING_SECONDS // self.gap)), -(-count // 3))
        self._baskets = tuple(
            kept
            for basket in baskets
            if (kept := tuple(line for line in basket if line[0].product_id is not None))
        )
        self._until = self.start + count * self.gap
        self._held = {seconds // self.gap for seconds in HELD_AGES}
        self.people = min(max(20, count // 4), 50_000)

    def created(self, index: int) -> int:
        """When the order was placed, seconds since 1970; never falls as the index rises."""
        return self.start + index * self.gap + chance(self.seed, index) % self.gap

    def kind(self, index: int) -> Kind:
        """How the order goes, as far as it has come by the end of the history."""
        age = self.count - 1 - index
        if age < self.open_count:
            place = age % len(_OPEN_ROTA)
            if age == ABROAD_AGE:
                return _ABROAD
            return BACKORDERED.after(0) if place == BACKORDERED_PLACE else Kind(_OPEN_ROTA[place][0])
        kind = HELD_OPEN if age in self._held else KINDS.get((index * 7 + self.seed) % ROTA, ORDINARY)
        return kind if kind is ORDINARY else kind.after(self._until - self.created(index))

    def rota(self, index: int) -> tuple[str, str, bool, int]:
        """Status, payment method, whether stock is taken, place in its rota (-1 - place when open)."""
        age = self.count - 1 - index
        if age < self.open_count:
            place = age % len(_OPEN_ROTA)
            return (*_OPEN_ROTA[place], -1 - place)
        kind = self.kind(index)
        draw = chance(self.seed, index, 1) % 100
        method = "stripe" if draw < 78 or kind.is_card else ("bacs", "cheque", "cod")[draw % 3]
        reduced = kind.status in ("completed", "processing", "on-hold", "refunded")
        return kind.status, method, reduced, (index * 7 + self.seed) % ROTA

    def outline(self, index: int) -> tuple[int, int, str]:
        """(created, modified, status): what lists of orders are sorted and cut by."""
        kind, created = self.kind(index), self.created(index)
        return created, created + self._modified_after(index, kind), kind.status

    def _modified_after(self, index: int, kind: Kind) -> int:
        return 5 if self.count - 1 - index < self.open_count else kind.modified_after

    def order(self, index: int) -> WebOrder:
        """The order of that index as it stands at the end of the history."""
        kind = self.kind(index)
        _, method, reduced, _ = self.rota(index)
        dice = chance(self.seed, index, 2)
        created = self.created(index)
        return compose(
            index=index,
            order_id=self.first_id + index,
            method=method,
            buyer=kind.buyer or customer((dice >> 20) % self.people),
            created=created,
            modified=created + self._modified_after(index, kind),
            basket=self._baskets[dice % len(self._baskets)],
            kind=kind,
            coupon=COUPON if (dice >> 40) % 8 == 0 else "",
            has_fee=(dice >> 44) % 9 == 0,
            free_shipping=(dice >> 48) % 15 == 0,
            note=_NOTES[(dice >> 52) % len(_NOTES)],
            reduced=reduced,
        )
