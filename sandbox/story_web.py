"""What the story's web orders are made of: taxes, lines, gift cards, refunds and the order itself.

Amounts are whole cents of the order's currency, which is Canadian dollars unless the order says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.story_things import Customer, Sku


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One row of the web shop's tax table. `rate_milli` is thousandths of a per cent (13 % = 13000)."""

    rate_id: int
    province: str
    name: str
    rate_milli: int
    priority: int
    tax_class: str = ""  # "" is the standard one

    @property
    def code(self) -> str:
        """WooCommerce's rate code, such as CA-ON-HST-1."""
        return f"CA-{self.province}-{self.name}-{self.priority}"


@dataclass(frozen=True, slots=True)
class LineTax:
    """What one rate takes of one line, before and after discount, each rounded half up to the cent."""

    rate: TaxRate
    subtotal_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True)
class WebLine:
    """A line of goods in a web order: before discount (subtotal) and after it (total), without tax.

    `backordered` of its units were not in stock when it was ordered.
    """

    sku: Sku
    quantity: int
    subtotal_cents: int
    total_cents: int
    taxes: tuple[LineTax, ...]
    backordered: int = 0


PICKUP = "Local pickup"


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """Shipping or a fee of a web order, without tax."""

    title: str
    total_cents: int
    taxes: tuple[LineTax, ...]
    is_taxable: bool = True


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card that paid part of an order."""

    card_id: int
    code: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class WebRefund:
    """Money given back for a web order, tax included.

    `lines` are (position of the goods line, quantity); `with_charges` says that shipping and fees are given
    back as well. One without lines is an amount only, without tax of its own. `is_full` leaves nothing to
    refund. `card` is how the card's refund fares: succeeded, pending or failed. One that is not `is_known`
    was made in Stripe's dashboard, and the shop knows nothing of it.
    """

    refunded_at: datetime
    reason: str
    lines: tuple[tuple[int, int], ...]
    with_charges: bool
    is_full: bool
    is_restocked: bool
    amount_cents: int
    card: str = "succeeded"
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class WebOrder:
    """An order of the web shop as it stands at the end of the history (or when it is placed).

    `status` is WooCommerce's. `payment_method` is stripe, cod, bacs or cheque. `is_stock_reduced` says
    whether the web shop took the goods off its stock. `total_cents` = goods + shipping + fees + tax less what
    gift cards paid. `dispute` is Stripe's status of a chargeback, "" without one. `capture` is "" where the
    card was charged at once, else the card was only authorised: held (still), later (captured when the order
    was completed) or lapsed.
    """

    index: int
    order_id: int
    status: str
    customer: Customer
    created_at: datetime
    paid_at: datetime | None
    completed_at: datetime | None
    modified_at: datetime
    payment_method: str
    lines: tuple[WebLine, ...]
    shipping: ChargeLine | None
    fees: tuple[ChargeLine, ...]
    coupon: str
    coupon_percent: int
    note: str
    is_stock_reduced: bool
    refunds: tuple[WebRefund, ...]
    dispute: str
    tax_cents: int
    total_cents: int
    capture: str = ""
    gift_cards: tuple[GiftCard, ...] = ()
    currency: str = "CAD"
    utm_source: str = ""
    is_vat_exempt: bool = False
    prices_include_tax: bool = False

    @property
    def number(self) -> str:
        """The order's number as people see it."""
        return str(self.order_id)

    @property
    def shop_refunds(self) -> tuple[WebRefund, ...]:
        """The refunds that the web shop knows of, oldest first."""
        return tuple(refund for refund in self.refunds if refund.is_known)

    def restocked(self, place: int) -> int:
        """How many of a line's units a refund put back on the shelf."""
        return sum(
            quantity
            for refund in self.refunds
            if refund.is_restocked
            for at, quantity in refund.lines
            if at == place
        )

    def taken(self, place: int) -> int:
        """How many of a line's units are off the web shop's shelf."""
        return self.lines[place].quantity - self.restocked(place) if self.is_stock_reduced else 0

    @property
    def charges(self) -> tuple[WebLine | ChargeLine, ...]:
        """Everything with an amount and taxes of its own."""
        return (*self.lines, *((self.shipping,) if self.shipping else ()), *self.fees)

    @property
    def gift_card_cents(self) -> int:
        """What gift cards paid."""
        return sum(card.amount_cents for card in self.gift_cards)
