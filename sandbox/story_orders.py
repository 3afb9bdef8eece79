"""The web orders of the history: order i is a pure function of (seed, i) and of how many there are.

The newest `open_count` orders are still on their way (processing, on hold, pending ..); all older ones
are settled. Statuses follow a fixed rota, so that every kind is met within 40 orders.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.story_catalogue import Basket
from sandbox.story_chance import chance
from sandbox.story_people import customer
from sandbox.story_tax import line_taxes
from sandbox.story_things import ChargeLine, Customer, Sku, WebLine, WebOrder, WebRefund

HOUR = 3600
SETTLING_SECONDS = 20 * HOUR
REFUND_AFTER_SECONDS = 17 * HOUR
LONGEST_HISTORY_SECONDS = 547 * 24 * HOUR  # after 2025-04-01 for any history that ends in late 2026
LARGEST_GAP_SECONDS = 90 * 60
COUPON_PERCENT = 10
GIFT_WRAP_CENTS = 300
_SHIPPING_CENTS = {"ON": 995, "QC": 995, "BC": 1475, "AB": 1475, "NL": 1650}
_OTHER_SHIPPING_CENTS = 1250
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
_SETTLED_STATUS = {3: "cancelled", 11: "failed", 17: "refunded", 29: "trash", 31: "refunded"}
_PARTIAL_REFUND, _AMOUNT_REFUND, _DISPUTED = 23, 35, 5
ROTA = 40
DISPUTE_EVERY = 8  # rotas


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
        self.people = min(max(20, count // 4), 50_000)

    def created(self, index: int) -> int:
        """When the order was placed, seconds since 1970; never falls as the index rises."""
        return self.start + index * self.gap + chance(self.seed, index) % self.gap

    def rota(self, index: int) -> tuple[str, str, bool, int]:
        """Status, payment method, whether stock is taken, place in its rota (-1 - place when open)."""
        age = self.count - 1 - index
        if age < self.open_count:
            place = age % len(_OPEN_ROTA)
            return (*_OPEN_ROTA[place], -1 - place)
        place = (index * 7 + self.seed) % ROTA
        if place == _DISPUTED and index // ROTA % DISPUTE_EVERY:
            place = 0
        status = _SETTLED_STATUS.get(place, "completed")
        draw = chance(self.seed, index, 1) % 100
        method = (
            "stripe"
            if draw < 78 or place in (_PARTIAL_REFUND, _DISPUTED, 17)
            else ("bacs", "cheque", "cod")[draw % 3]
        )
        if status == "failed":
            method = "stripe"
        return status, method, status == "completed", place

    def outline(self, index: int) -> tuple[int, int, str, bool]:
        """(created, modified, status, has a refund): what lists of orders are sorted and cut by."""
        status, _, _, place = self.rota(index)
        created = self.created(index)
        return created, created + _modified_after(status, place), status, bool(_Refund.of(status, place))

    def is_disputed(self, index: int) -> bool:
        """Whether the buyer's bank took the money back."""
        return self.rota(index)[3] == _DISPUTED

    def order(self, index: int) -> WebOrder:
        """The order of that index as it stands at the end of the history."""
        status, method, reduced, place = self.rota(index)
        dice = chance(self.seed, index, 2)
        created = self.created(index)
        basket = self._baskets[dice % len(self._baskets)]
        buyer = customer((dice >> 20) % self.people)
        refund = _Refund.of(status, place)
        return compose(
            index=index,
            order_id=self.first_id + index,
            status=status,
            method=method,
            buyer=buyer,
            created=created,
            modified=created + _modified_after(status, place),
            basket=basket,
            coupon_percent=COUPON_PERCENT if (dice >> 40) % 8 == 0 else 0,
            has_fee=(dice >> 44) % 9 == 0,
            free_shipping=(dice >> 48) % 15 == 0,
            note=_NOTES[(dice >> 52) % len(_NOTES)],
            reduced=reduced,
            refund=refund,
            disputed=place == _DISPUTED,
        )


class _Refund:
    """Which kind of refund an order of the rota has."""

    FULL, PARTIAL, AMOUNT = "full", "partial", "amount"

    @classmethod
    def of(cls, status: str, place: int) -> str:
        if status == "refunded":
            return cls.FULL
        if status != "completed":
            return ""
        return {_PARTIAL_REFUND: cls.PARTIAL, _AMOUNT_REFUND: cls.AMOUNT}.get(place, "")


def _modified_after(status: str, place: int) -> int:
    if place < 0:
        return 5
    if status == "completed":
        return REFUND_AFTER_SECONDS if place in (_PARTIAL_REFUND, _AMOUNT_REFUND) else 16 * HOUR
    return {"refunded": REFUND_AFTER_SECONDS, "trash": 19 * HOUR, "cancelled": 18 * HOUR}.get(status, 60)


def compose(
    *,
    index: int,
    order_id: int,
    status: str,
    method: str,
    buyer: Customer,
    created: int,
    modified: int,
    basket: Basket,
    coupon_percent: int = 0,
    has_fee: bool = False,
    free_shipping: bool = False,
    note: str = "",
    reduced: bool = True,
    refund: str = "",
    disputed: bool = False,
) -> WebOrder:
    """An order with its amounts: discounts, then tax, each rounded by line as WooCommerce does."""
    province = buyer.province
    lines = tuple(_line(basket_line, province, coupon_percent) for basket_line in basket)
    shipping_cents = 0 if free_shipping else _SHIPPING_CENTS.get(province, _OTHER_SHIPPING_CENTS)
    title = "Free shipping" if free_shipping else "Canada Post Regular"
    shipping = ChargeLine(title, shipping_cents, line_taxes(province, shipping_cents, shipping_cents))
    fee = None
    if has_fee:
        fee = ChargeLine("Gift wrap", GIFT_WRAP_CENTS, line_taxes(province, GIFT_WRAP_CENTS, GIFT_WRAP_CENTS))
    charged: list[WebLine | ChargeLine] = [*lines, shipping, *((fee,) if fee else ())]
    tax_cents = sum(tax.total_cents for line in charged for tax in line.taxes)
    total_cents = tax_cents + sum(line.total_cents for line in charged)
    paid, completed = _paid_and_completed(status, method, created, modified)
    return WebOrder(
        index=index,
        order_id=order_id,
        status=status,
        customer=buyer,
        created_at=moment(created),
        paid_at=paid,
        completed_at=completed,
        modified_at=moment(modified),
        payment_method=method,
        lines=lines,
        shipping=shipping,
        fee=fee,
        coupon_percent=coupon_percent,
        note=note,
        is_stock_reduced=reduced,
        refund=_refund(refund, lines, total_cents, created) if refund else None,
        is_disputed=disputed,
        tax_cents=tax_cents,
        total_cents=total_cents,
    )


def _line(basket_line: tuple[Sku, int], province: str, coupon_percent: int) -> WebLine:
    sku, quantity = basket_line
    subtotal = sku.price_cents * quantity
    total = subtotal - (subtotal * coupon_percent + 50) // 100
    return WebLine(sku, quantity, subtotal, total, line_taxes(province, subtotal, total))


def _paid_and_completed(
    status: str, method: str, created: int, modified: int
) -> tuple[datetime | None, datetime | None]:
    """When WooCommerce holds the order for paid and for completed."""
    completed = moment(created + 16 * HOUR) if status == "completed" else None
    if status not in ("processing", "completed", "refunded"):
        return None, completed
    if method == "stripe":
        return moment(min(created + 4, modified)), completed
    if method == "cod":  # paid at the door, so not while it is processing
        return completed, completed
    return moment(created + (5 if status == "processing" else 14 * HOUR)), completed


def _refund(kind: str, lines: tuple[WebLine, ...], total_cents: int, created: int) -> WebRefund:
    at = moment(created + REFUND_AFTER_SECONDS)
    if kind == _Refund.FULL:
        everything = tuple((place, line.quantity) for place, line in enumerate(lines))
        return WebRefund(at, "Changed their mind", everything, True, total_cents)
    if kind == _Refund.AMOUNT:
        return WebRefund(at, "Goodwill, late delivery", (), False, min(500, total_cents // 2))
    line = lines[0]
    taxes = line_taxes(line.taxes[0].rate.province, 0, line.total_cents // line.quantity)
    amount = line.total_cents // line.quantity + sum(tax.total_cents for tax in taxes)
    return WebRefund(at, "Arrived broken", ((0, 1),), False, amount)


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
