"""An order of the web shop put together: its lines, discounts, taxes, gift cards and refunds, to the cent.

What a kind of sale (sandbox/story_kinds.py) changes about an order:

    agent               the coupon of an agent who is owed a commission
    marketplace         the order came from a marketplace, which is owed one
    tip                 a fee without tax
    gift card sold      a gift card beside the goods; gift card alone: nothing else, and nothing to send
    gift card redeemed  part of the order was paid by a gift card
    dollars             in US dollars, to the United States: no tax
    exempt              a buyer who pays no tax
    tax included        prices with their tax in them
    book, groceries     a line of another tax class
    backordered         some of the first line was not in stock
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sandbox.story_catalogue import BOOK, GIFT_CARD, GROCERIES, Basket
from sandbox.story_chance import chance
from sandbox.story_kinds import CHARGE_AFTER_SECONDS, HOUR, ORDINARY, Kind, RefundKind
from sandbox.story_tax import rates_of, taxes_at, taxes_within
from sandbox.story_things import Customer, Sku
from sandbox.story_web import PICKUP, ChargeLine, GiftCard, TaxRate, WebLine, WebOrder, WebRefund

COUPON, COUPON_PERCENT = "maple10", 10
AGENT_COUPON, AGENT_PERCENT = "agent-north", 5  # the shop writes every code in small letters
MARKETPLACE = "northmarket"
GIFT_WRAP_CENTS = 300
TIP_CENTS = 500
US_CENTS_TO_A_DOLLAR = 74  # the shop's own price list in US dollars
_GOODWILL_CENTS = 500
_SHIPPING_CENTS = {"ON": 995, "QC": 995, "BC": 1475, "AB": 1475, "NL": 1650, "NY": 1995}
_OTHER_SHIPPING_CENTS = 1250
_SHIPPING_TITLES = {
    "QC": "Express",
    "BC": "Canada Post Expedited",
    "NY": "Canada Post Expedited Parcel USA",
}
_ADDED = {"gift card sold": GIFT_CARD, "gift card alone": GIFT_CARD, "book": BOOK, "groceries": GROCERIES}
_COUPONS = {COUPON: COUPON_PERCENT, AGENT_COUPON: AGENT_PERCENT}


@dataclass(frozen=True, slots=True)
class _Prices:
    """How the order's amounts are worked out."""

    province: str
    coupon_percent: int
    is_taxed: bool = True
    tax_included: bool = False
    rate_percent: int = 100  # of the price list's amounts

    def rates(self, sku: Sku | None) -> tuple[TaxRate, ...]:
        if not self.is_taxed or (sku is not None and sku.is_gift_card):
            return ()
        return rates_of(self.province, sku.tax_class if sku else "")

    def line(self, sku: Sku, quantity: int) -> WebLine:
        subtotal = (sku.price_cents * quantity * self.rate_percent + 50) // 100
        percent = 0 if sku.is_gift_card else self.coupon_percent
        total = subtotal - (subtotal * percent + 50) // 100
        rates = self.rates(sku)
        if self.tax_included:
            taxes = taxes_within(rates, total)
            net = total - sum(tax.total_cents for tax in taxes)
            return WebLine(sku, quantity, net, net, taxes)
        return WebLine(sku, quantity, subtotal, total, taxes_at(rates, subtotal, total))

    def charge(self, title: str, amount: int, is_taxable: bool = True) -> ChargeLine:
        amount = (amount * self.rate_percent + 50) // 100
        rates = self.rates(None) if is_taxable else ()
        return ChargeLine(title, amount, taxes_at(rates, amount, amount), is_taxable)


def compose(
    *,
    index: int,
    order_id: int,
    method: str,
    buyer: Customer,
    created: int,
    modified: int,
    basket: Basket,
    kind: Kind = ORDINARY,
    coupon: str = "",
    has_fee: bool = False,
    free_shipping: bool = False,
    is_pickup: bool = False,
    note: str = "",
    reduced: bool = True,
) -> WebOrder:
    """An order with its amounts: discounts, then tax, each rounded by line as WooCommerce does."""
    sale = kind.sale
    coupon = {"agent": AGENT_COUPON, "tax included": ""}.get(sale, coupon)
    prices = _Prices(
        buyer.province,
        _COUPONS.get(coupon, 0),
        is_taxed=sale not in ("dollars", "exempt"),
        tax_included=sale == "tax included",
        rate_percent=US_CENTS_TO_A_DOLLAR if sale == "dollars" else 100,
    )
    if sale == "gift card alone":
        basket = ()
    lines = [prices.line(sku, quantity) for sku, quantity in basket]
    if sale in _ADDED:
        lines.append(prices.line(_ADDED[sale], 1))
    if sale == "backordered":
        lines[0] = replace(lines[0], backordered=(lines[0].quantity + 1) // 2)
    shipping = None if sale == "gift card alone" else _shipping(prices, free_shipping, is_pickup)
    fees = [prices.charge("Gift wrap", GIFT_WRAP_CENTS)] if has_fee else []
    if sale == "tip":
        fees.append(prices.charge("Tip", TIP_CENTS, is_taxable=False))
    charged = [*lines, *fees, *((shipping,) if shipping else ())]
    tax_cents = sum(tax.total_cents for line in charged for tax in line.taxes)
    whole_cents = tax_cents + sum(line.total_cents for line in charged)
    cards = _gift_cards(index, whole_cents) if sale == "gift card redeemed" else ()
    total_cents = whole_cents - sum(card.amount_cents for card in cards)
    paid, completed = _paid_and_completed(kind, method, created, modified)
    return WebOrder(
        index=index,
        order_id=order_id,
        status=kind.status,
        customer=buyer,
        created_at=moment(created),
        paid_at=paid,
        completed_at=completed,
        modified_at=moment(modified),
        payment_method=method,
        lines=tuple(lines),
        shipping=shipping,
        fees=tuple(fees),
        coupon=coupon,
        coupon_percent=prices.coupon_percent,
        note=note,
        is_stock_reduced=reduced,
        refunds=tuple(
            _refund(refund, lines, total_cents, moment(created + refund.after)) for refund in kind.refunds
        ),
        dispute=kind.dispute,
        tax_cents=tax_cents,
        total_cents=total_cents,
        capture=kind.capture,
        gift_cards=cards,
        currency="USD" if sale == "dollars" else "CAD",
        utm_source=MARKETPLACE if sale == "marketplace" else "",
        is_vat_exempt=sale == "exempt",
        prices_include_tax=sale == "tax included",
    )


def _shipping(prices: _Prices, is_free: bool, is_pickup: bool) -> ChargeLine:
    if is_pickup:
        return prices.charge(PICKUP, 0)
    if is_free:
        return prices.charge("Free shipping", 0)
    title = _SHIPPING_TITLES.get(prices.province, "Canada Post Regular")
    return prices.charge(title, _SHIPPING_CENTS.get(prices.province, _OTHER_SHIPPING_CENTS))


def _gift_cards(index: int, whole_cents: int) -> tuple[GiftCard, ...]:
    """One card, which leaves something to be paid by the other way."""
    dice = chance(0, index, 31)
    code = "-".join(f"{dice >> shift & 0xFFFF:04X}" for shift in (48, 32, 16, 0))
    return (GiftCard(index + 1, code, min(GIFT_CARD.price_cents, whole_cents // 2)),)


def _paid_and_completed(
    kind: Kind, method: str, created: int, modified: int
) -> tuple[datetime | None, datetime | None]:
    """When WooCommerce holds the order for paid and for completed."""
    status = kind.status
    completed = moment(created + kind.completed_after) if status == "completed" else None
    if status not in ("processing", "completed", "refunded"):
        return None, completed
    if kind.capture or method == "cod":  # paid when it is sent, or at the door
        return completed, completed
    if method == "stripe":
        return moment(min(created + CHARGE_AFTER_SECONDS, modified)), completed
    return moment(created + (5 if status == "processing" else 14 * HOUR)), completed


def _refund(kind: RefundKind, lines: list[WebLine], total_cents: int, at: datetime) -> WebRefund:
    if kind.what in ("everything", "rest"):
        by_line = kind.what == "everything"
        everything = tuple((place, line.quantity) for place, line in enumerate(lines)) if by_line else ()
        reason = "Changed their mind" if by_line else "Lost in the mail"
        return WebRefund(at, reason, everything, by_line, True, kind.is_restocked, total_cents, kind.card)
    if kind.what == "amount":
        amount = min(_GOODWILL_CENTS, total_cents // 2)
        reason = "Goodwill, late delivery"
        return WebRefund(at, reason, (), False, False, False, amount, kind.card, kind.is_known)
    total = lines[0].total_cents // lines[0].quantity
    taxes = taxes_at((tax.rate for tax in lines[0].taxes), 0, total)
    amount = total + sum(tax.total_cents for tax in taxes)
    reason = "Wrong size" if kind.is_restocked else "Arrived broken"
    return WebRefund(at, reason, ((0, 1),), False, False, kind.is_restocked, amount, kind.card)


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
