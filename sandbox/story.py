"""The story of Maple Lane Goods Ltd, Toronto: what its systems hold when the stand-ins start.

`Story(orders=, seed=, until=)` is the whole of it. Web order i is computed when it is asked for, from
(seed, i) alone, so a million of them need no memory; everything else is bounded by the shop's size.

    story.products          web shop's catalogue (Product); story.skus: all things sold, by code
    story.customer(i)       Customer; story.rates: TaxRate rows; story.suppliers, supplier_prices
    story.order(i)          WebOrder, 0 <= i < story.orders, oldest first; story.index_of(order_id)
    story.all_skus          every Sku, those only Odoo knows (product_id None) and only the web shop included;
                            those without stock (gift card, book, groceries: the web shop's only) left out
    story.opening_stock     OpeningStock per Sku, counted at story.counted_at in both systems
    story.counter_sales     CounterSale since the count; story.typed_orders: StaffTypedOrder since the count
    story.purchase_orders   PurchaseOrder; story.reorder_rules: ReorderRule
    story.web_stock         {sku code: what the web shop believes it has at the end of the history}
    story.odoo_stock        {sku code: what Odoo has on hand at the end of the history}
    story.trade_hour(k, now, first_order_id)   TradeHour: the k-th hour of trade after the history, k >= 0

Stock: at `counted_at` both systems were given the counted quantities. Since then the web shop has only
seen web orders, and Odoo counter sales, typed orders and receipts: they differ by what the other sold.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from sandbox.story_backoffice import SUPPLIERS, BackOffice, back_office
from sandbox.story_catalogue import WITHOUT_STOCK, load_baskets, load_products
from sandbox.story_orders import OrderBook
from sandbox.story_people import customer, is_guest
from sandbox.story_tax import RATES
from sandbox.story_things import (
    STOCK_LOCATION,
    CounterSale,
    Customer,
    OpeningStock,
    Product,
    PurchaseLine,
    PurchaseOrder,
    ReorderRule,
    SaleLine,
    Sku,
    Slip,
    StaffTypedOrder,
    Supplier,
    SupplierPrice,
    TradeHour,
)
from sandbox.story_trade import Trade
from sandbox.story_web import ChargeLine, GiftCard, LineTax, TaxRate, WebLine, WebOrder, WebRefund

SHOP_NAME = "Maple Lane Goods Ltd"
SHOP_TIME_ZONE = "America/Toronto"
HISTORY_END = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
LARGEST_STORY = 1_000_000
TELLING = 3  # another telling of the story, to which no older state belongs


class Story:
    """The shop's history, and its hours of trade after it."""

    def __init__(self, orders: int = 60, seed: int = 7, until: datetime = HISTORY_END) -> None:
        """A history of that many web orders that ends at `until`. ValueError where there are too many."""
        if not 1 <= orders <= LARGEST_STORY:
            raise ValueError(f"a story has 1 to {LARGEST_STORY} orders, not {orders}")
        self.orders = orders
        self.seed = seed
        self.until = until
        products, self.all_skus = load_products()
        self.products = (*products, *WITHOUT_STOCK)
        self.skus = {sku.code: sku for sku in (*self.all_skus, *(own.skus[0] for own in WITHOUT_STOCK))}
        self.rates = RATES
        self.suppliers = SUPPLIERS
        self._baskets = load_baskets(self.all_skus)
        self.book = OrderBook(orders, seed, until, self._baskets)
        self.customer = customer
        self.order = self.book.order

    @property
    def customers(self) -> list[int]:
        """The index of every customer with an account in the web shop, in the order of their ids."""
        return [index for index in range(self.book.people) if not is_guest(index)]

    def index_of(self, order_id: int) -> int | None:
        """The index of an order of the history, None for an id that is none of its."""
        index = order_id - self.book.first_id
        return index if 0 <= index < self.orders else None

    @cached_property
    def back_office(self) -> BackOffice:
        """Counter sales, typed orders, purchases and both systems' stock since the count."""
        return back_office(self.book, self.seed, self.all_skus, self._baskets)

    @property
    def counted_at(self) -> datetime:
        """When the stock was counted."""
        return self.back_office.counted_at

    @property
    def opening_stock(self) -> tuple[OpeningStock, ...]:
        """What was counted, of every Sku."""
        return self.back_office.opening_stock

    @property
    def counter_sales(self) -> tuple[CounterSale, ...]:
        """Sales in the shop since the count, oldest first."""
        return self.back_office.counter_sales

    @property
    def typed_orders(self) -> tuple[StaffTypedOrder, ...]:
        """Sale orders typed into Odoo since the count."""
        return self.back_office.typed_orders

    @property
    def purchase_orders(self) -> tuple[PurchaseOrder, ...]:
        """Orders to suppliers."""
        return self.back_office.purchase_orders

    @property
    def supplier_prices(self) -> tuple[SupplierPrice, ...]:
        """Who supplies what, and for how much."""
        return self.back_office.supplier_prices

    @property
    def reorder_rules(self) -> tuple[ReorderRule, ...]:
        """Minimum and maximum stock."""
        return self.back_office.reorder_rules

    @property
    def web_stock(self) -> dict[str, int]:
        """What the web shop believes it has at the end of the history, by Sku code."""
        return self.back_office.web_stock

    @property
    def odoo_stock(self) -> dict[str, int]:
        """What Odoo has on hand at the end of the history, by Sku code."""
        return self.back_office.odoo_stock

    @cached_property
    def _trade(self) -> Trade:
        sold = tuple(b for b in self._baskets if all(sku.product_id and sku.odoo_codes for sku, _ in b))
        return Trade(self.seed, self.orders, self.book.people, self.skus, sold, self.until)

    def trade_hour(self, hour: int, now: datetime, first_order_id: int) -> TradeHour:
        """The hour-th hour after the history (0 is the first), all of it at `now`."""
        return self._trade.hour(hour, now, first_order_id)


__all__ = [
    "HISTORY_END",
    "SHOP_NAME",
    "SHOP_TIME_ZONE",
    "STOCK_LOCATION",
    "ChargeLine",
    "CounterSale",
    "Customer",
    "GiftCard",
    "LineTax",
    "OpeningStock",
    "Product",
    "PurchaseLine",
    "PurchaseOrder",
    "ReorderRule",
    "SaleLine",
    "Sku",
    "Slip",
    "StaffTypedOrder",
    "Story",
    "Supplier",
    "SupplierPrice",
    "TaxRate",
    "TradeHour",
    "WebLine",
    "WebOrder",
    "WebRefund",
]
