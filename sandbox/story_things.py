"""What the story of the shop is made of: its goods, people, sales and purchases.

Amounts are whole cents of Canadian dollars, quantities whole sellable units, times aware and UTC.
Every record is immutable and follows from the story's seed; what happens while the stand-ins run
lives in them, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.story_web import WebOrder

STOCK_LOCATION = "WH/Stock"


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing that can be sold: a simple product or one variation of a variable product.

    `odoo_codes` are the default_code values under which Odoo knows it: none (web shop only), one
    (perhaps written differently: spaces, case, another code with the same barcode) or several
    (a product entered twice). `product_id` is None where the web shop does not sell it.
    """

    code: str
    name: str
    price_cents: int
    cost_cents: int
    barcode: str
    weight_g: int
    category: str
    product_id: int | None
    variation_id: int
    parent_name: str | None
    attribute: str
    option: str
    manages_stock: bool
    odoo_codes: tuple[str, ...]
    tax_class: str = ""  # the web shop's: "" is the standard one
    is_gift_card: bool = False  # sold without tax, nothing to send
    size_mm: tuple[int, int, int] | None = None  # length, width, height as it is packed; None: not measured
    hs_code: str = ""  # of the customs tariff, and the country it was made in
    origin: str = ""
    is_sold_out_too: bool = False  # the web shop takes orders of it when it has none


@dataclass(frozen=True, slots=True)
class Product:
    """One page of the web shop: a simple product (one Sku) or a variable one (a Sku per variation)."""

    product_id: int
    code: str
    name: str
    category: str
    attribute: str
    skus: tuple[Sku, ...]

    @property
    def is_variable(self) -> bool:
        """Whether its Skus are variations."""
        return bool(self.attribute)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person or firm who buys. `customer_id` is the web shop's, 0 for a guest.

    `odoo_email` is how staff wrote the address in Odoo (case and spaces may differ).
    """

    index: int
    customer_id: int
    first_name: str
    last_name: str
    company: str
    email: str
    odoo_email: str
    phone: str
    street: str
    city: str
    province: str
    postcode: str
    country: str = "CA"
    street_2: str = ""
    language: str = "en"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line sold over the counter or typed in by staff. Price per unit before tax."""

    sku: Sku
    quantity: int
    delivered: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class CounterSale:
    """A sale in the shop itself (Odoo's point of sale), Ontario HST 13 % on top of the lines."""

    ref: str
    sold_at: datetime
    lines: tuple[SaleLine, ...]
    payment: str  # "cash" or "card"
    customer: Customer | None


@dataclass(frozen=True, slots=True)
class StaffTypedOrder:
    """A sale order that staff typed into Odoo and confirmed.

    `web_order_number` is the web order it repeats (Odoo's client_order_ref), None for a sale by
    telephone. Lines with `delivered` < `quantity` wait in a second picking.
    """

    ref: str
    web_order_number: str | None
    customer: Customer
    ordered_at: datetime
    delivered_at: datetime | None
    lines: tuple[SaleLine, ...]


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who the goods come from, and how many days it takes."""

    name: str
    email: str
    delay_days: int


@dataclass(frozen=True, slots=True)
class SupplierPrice:
    """What one supplier asks for one Sku, and the least quantity it sends."""

    supplier: Supplier
    sku: Sku
    price_cents: int
    minimum: int


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """A line of a purchase order; `received` of `quantity` are in."""

    sku: Sku
    quantity: int
    received: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order to a supplier: `state` is Odoo's, "draft" or "purchase" (confirmed)."""

    ref: str
    supplier: Supplier
    state: str
    ordered_at: datetime
    expected_at: datetime
    received_at: datetime | None
    lines: tuple[PurchaseLine, ...]


@dataclass(frozen=True, slots=True)
class OpeningStock:
    """What was counted of one Sku at the stock count from which the story's stock starts."""

    sku: Sku
    location: str
    quantity: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class ReorderRule:
    """Buy when the stock falls below the minimum, up to the maximum."""

    sku: Sku
    minimum: int
    maximum: int
    multiple: int


@dataclass(frozen=True, slots=True)
class Slip:
    """A supplier's word that all of a purchase order comes at another day than was expected."""

    ref: str
    expected_at: datetime


@dataclass(frozen=True, slots=True)
class TradeHour:
    """What happens in one hour of trade, in this order."""

    hour: int
    web_orders: tuple[WebOrder, ...]
    counter_sales: tuple[CounterSale, ...]
    slips: tuple[Slip, ...] = ()
