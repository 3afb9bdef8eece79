"""The back office of the story: the stock count, counter sales, typed orders and purchases since then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.story_catalogue import SHORT, Basket
from sandbox.story_chance import chance
from sandbox.story_compose import moment
from sandbox.story_kinds import COMPLETED_AFTER_SECONDS
from sandbox.story_orders import PART_SHIPPED_PLACE, TYPED_PLACE, OrderBook
from sandbox.story_people import customer
from sandbox.story_things import (
    STOCK_LOCATION,
    CounterSale,
    OpeningStock,
    PurchaseLine,
    PurchaseOrder,
    ReorderRule,
    SaleLine,
    Sku,
    StaffTypedOrder,
    Supplier,
    SupplierPrice,
)
from sandbox.story_web import WebOrder

SUPPLIERS = (
    Supplier("Atelier du Lac inc.", "commandes@atelierdulac.example.com", 7),
    Supplier("Prairie Crafts Co-op", "orders@prairiecrafts.example.com", 14),
    Supplier("Harbour Imports Ltd", "sales@harbourimports.example.com", 35),
)
SMALLEST_WINDOW = 300
OVERSOLD_AT_COUNTER = "84946"  # Odoo ends below zero: sold before its delivery was booked
NEARLY_GONE = "21181"  # the web shop believes in more than there is
INBOUND = "BUY-4"  # brings what is short; its supplier is late (sandbox/story_trade.py)
INBOUND_AFTER = timedelta(days=9)  # the end of the history


@dataclass(frozen=True, slots=True)
class BackOffice:
    """Everything that happened behind the web shop since the stock count."""

    counted_at: datetime
    counter_sales: tuple[CounterSale, ...]
    typed_orders: tuple[StaffTypedOrder, ...]
    purchase_orders: tuple[PurchaseOrder, ...]
    opening_stock: tuple[OpeningStock, ...]
    supplier_prices: tuple[SupplierPrice, ...]
    reorder_rules: tuple[ReorderRule, ...]
    web_stock: dict[str, int]
    odoo_stock: dict[str, int]


def back_office(book: OrderBook, seed: int, skus: tuple[Sku, ...], baskets: tuple[Basket, ...]) -> BackOffice:
    """Count the stock before the newest orders, then sell from it on both sides."""
    window = range(book.count - min(book.count, max(SMALLEST_WINDOW, 2 * book.open_count)), book.count)
    orders = [book.order(index) for index in window]
    first = book.created(window.start)
    # Between two orders, so that every order is either before the count or in the window.
    counted_at = moment((first + book.created(window.start - 1) + 1) // 2 if window.start else first - 3600)
    typed = _typed_orders(book, seed, orders, skus)
    missing = _missing(orders)
    late = (SHORT, OVERSOLD_AT_COUNTER, *missing)
    purchases = _purchases(counted_at, moment(book.start + book.count * book.gap), skus, late)
    short = _unsent(orders, typed, OVERSOLD_AT_COUNTER) + sum(
        line.received for order in purchases for line in order.lines if line.sku.code == OVERSOLD_AT_COUNTER
    )
    counter = _counter_sales(book, seed, window, skus, baskets, 5 + short)
    web_sold, odoo_sold, received = _sums(orders, counter, typed, purchases)
    opening: list[OpeningStock] = []
    for place, sku in enumerate(skus):
        usual = 25 + chance(seed, place, 5) % 120
        if sku.code in missing:  # as far as the web shop's own stock does not go below nothing
            usual = -min(missing[sku.code], odoo_sold[sku.code][0])
        margin = {OVERSOLD_AT_COUNTER: -2 - short, NEARLY_GONE: 1, SHORT: 1}.get(sku.code, usual)
        needed = max(0, web_sold[sku.code]) + odoo_sold[sku.code][0] + margin
        opening.append(OpeningStock(sku, STOCK_LOCATION, needed, counted_at))
    counted = {row.sku.code: row.quantity for row in opening}
    return BackOffice(
        counted_at=counted_at,
        counter_sales=counter,
        typed_orders=typed,
        purchase_orders=purchases,
        opening_stock=tuple(opening),
        supplier_prices=_supplier_prices(skus),
        reorder_rules=_reorder_rules(skus),
        web_stock={code: counted[code] - web_sold[code] for code in counted},
        odoo_stock={code: counted[code] - odoo_sold[code][1] + received[code] for code in counted},
    )


def _missing(orders: list[WebOrder]) -> Counter[str]:
    """Ordered on the web, paid, and not in stock when it was: how many of each Sku still wait for it."""
    return Counter(
        {
            line.sku.code: line.backordered
            for order in orders
            if order.status == "processing"
            for line in order.lines
            if line.backordered and line.sku.manages_stock
        }
    )


def _unsent(orders: list[WebOrder], typed: tuple[StaffTypedOrder, ...], code: str) -> int:
    """Sold on the web and not yet delivered from Odoo, of one Sku."""
    sold = sum(
        order.taken(place)
        for order in orders
        for place, ordered in enumerate(order.lines)
        if ordered.sku.code == code
    )
    sent = [
        line for order in typed if order.web_order_number for line in order.lines if line.sku.code == code
    ]
    return sold - sum(line.delivered for line in sent)


def _sums(
    orders: list[WebOrder],
    counter: tuple[CounterSale, ...],
    typed: tuple[StaffTypedOrder, ...],
    purchases: tuple[PurchaseOrder, ...],
) -> tuple[Counter[str], dict[str, tuple[int, int]], Counter[str]]:
    """Sold on the web; sold (outside the web, delivered in all) in Odoo; received, each by Sku code."""
    web: Counter[str] = Counter()
    for order in orders:
        for place, ordered in enumerate(order.lines):
            web[ordered.sku.code] += order.taken(place)
    outside: Counter[str] = Counter()
    delivered: Counter[str] = Counter()
    for sale in counter:
        for line in sale.lines:
            outside[line.sku.code] += line.quantity
            delivered[line.sku.code] += line.quantity
    for order_typed in typed:
        for line in order_typed.lines:
            delivered[line.sku.code] += line.delivered
            if order_typed.web_order_number is None:
                outside[line.sku.code] += line.quantity
    received = Counter({line.sku.code: line.received for order in purchases for line in order.lines})
    codes = set(web) | set(outside) | set(delivered)
    sold = {code: (outside[code], delivered[code]) for code in codes}
    return web, _Sold(sold), received


class _Sold(dict[str, tuple[int, int]]):
    def __missing__(self, key: str) -> tuple[int, int]:
        return 0, 0


def _counter_sales(
    book: OrderBook,
    seed: int,
    window: range,
    skus: tuple[Sku, ...],
    baskets: tuple[Basket, ...],
    oversold: int,
) -> tuple[CounterSale, ...]:
    by_code = {sku.code: sku for sku in skus}
    sales = max(6, len(window) // 5)
    start = book.created(window.start) if len(window) else book.start
    step = max(60, (book.start + book.count * book.gap - start) // (sales + 1))
    known = [sku for sku in skus if sku.odoo_codes]
    result = []
    for place in range(sales):
        dice = chance(seed, place, 11)
        basket = [line for line in baskets[dice % len(baskets)] if line[0].odoo_codes]
        if place == 0:
            basket = [(by_code[OVERSOLD_AT_COUNTER], oversold), (by_code[NEARLY_GONE], 4)]
        lines = basket or [(known[dice % len(known)], 1)]
        result.append(
            CounterSale(
                ref=f"Shop/{place + 1:05d}",
                sold_at=moment(start + step * (place + 1)),
                lines=tuple(SaleLine(sku, quantity, quantity, sku.price_cents) for sku, quantity in lines),
                payment="cash" if dice % 3 == 0 else "card",
                customer=customer(dice % 40) if dice % 6 == 0 else None,
            )
        )
    return tuple(result)


def _typed_orders(
    book: OrderBook, seed: int, orders: list[WebOrder], skus: tuple[Sku, ...]
) -> tuple[StaffTypedOrder, ...]:
    """Completed web orders are in Odoo and delivered; of the open ones some are in, some part delivered."""
    typed = []
    for order in orders:
        place = book.rota(order.index)[3]
        if order.customer.country != "CA":
            continue  # sent by the web shop's own hand
        if order.status == "completed" or (order.status == "refunded" and order.taken(0)):
            sent_at = order.completed_at or order.created_at + timedelta(seconds=COMPLETED_AFTER_SECONDS)
            typed.append(_typed(order, sent_at, 1.0))
        elif place == -1 - PART_SHIPPED_PLACE:
            typed.append(_typed(order, order.created_at + timedelta(minutes=10), 0.5))
        elif place == -1 - TYPED_PLACE:
            typed.append(_typed(order, None, 0.0))
    known = [sku for sku in skus if len(sku.odoo_codes) == 1]
    for place in range(3):
        at = (
            orders[len(orders) * place // 3].created_at + timedelta(minutes=7)
            if orders
            else moment(book.start)
        )
        lines = [known[chance(seed, place, 13 + line) % len(known)] for line in range(2)]
        typed.append(
            StaffTypedOrder(
                ref=f"PHONE-{place + 1}",
                web_order_number=None,
                customer=customer(3 + place),
                ordered_at=at,
                delivered_at=at + timedelta(minutes=30),
                lines=tuple(SaleLine(sku, 2, 2, sku.price_cents) for sku in dict.fromkeys(lines)),
            )
        )
    return tuple(typed)


def _typed(order: WebOrder, delivered_at: datetime | None, part: float) -> StaffTypedOrder:
    """Goods that Odoo does not know cannot be typed in; the rest of the order is."""
    lines = tuple(
        SaleLine(line.sku, line.quantity, int(line.quantity * part), line.total_cents // line.quantity)
        for line in order.lines
        if line.sku.odoo_codes
    )
    ordered_at = order.created_at + timedelta(minutes=2)
    return StaffTypedOrder(
        f"WEB-{order.number}", order.number, order.customer, ordered_at, delivered_at, lines
    )


def _purchases(
    counted_at: datetime, until: datetime, skus: tuple[Sku, ...], missing: Iterable[str]
) -> tuple[PurchaseOrder, ...]:
    """Three orders of each supplier's goods, and one of what is missing; none has goods of another."""
    plan = (("purchase", 0, 0.5), ("purchase", 1, 0.0), ("draft", 2, 0.0))
    orders = []
    for number, (state, place, part) in enumerate(plan, 1):
        supplier = SUPPLIERS[place]
        goods = [
            sku for at, sku in enumerate(skus) if at % len(SUPPLIERS) == place and len(sku.odoo_codes) == 1
        ]
        received_at = until - timedelta(minutes=30) if part else None
        lines = tuple(PurchaseLine(sku, 24, int(24 * part), sku.cost_cents) for sku in goods[:4])
        ordered_at = counted_at + timedelta(minutes=number)
        expected_at = ordered_at + timedelta(days=supplier.delay_days)
        orders.append(
            PurchaseOrder(f"BUY-{number}", supplier, state, ordered_at, expected_at, received_at, lines)
        )
    wanted = set(missing) - {line.sku.code for order in orders for line in order.lines}
    short = tuple(PurchaseLine(sku, 24, 0, sku.cost_cents) for sku in skus if sku.code in wanted)
    late = (counted_at + timedelta(minutes=len(plan) + 1), until + INBOUND_AFTER, None)
    return (*orders, PurchaseOrder(INBOUND, SUPPLIERS[1], "purchase", *late, short))


def _supplier_prices(skus: tuple[Sku, ...]) -> tuple[SupplierPrice, ...]:
    return tuple(
        SupplierPrice(SUPPLIERS[place % len(SUPPLIERS)], sku, sku.cost_cents, 12 if place % 2 else 6)
        for place, sku in enumerate(skus)
        if sku.odoo_codes
    )


def _reorder_rules(skus: tuple[Sku, ...]) -> tuple[ReorderRule, ...]:
    return tuple(
        ReorderRule(sku, 20, 80, 12) for place, sku in enumerate(skus) if place % 4 == 0 and sku.odoo_codes
    )
