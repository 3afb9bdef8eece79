"""Small shops for the property test of allocation: one product each, its orders and deliveries.

A shop changes by its moves; `rows` describes many shops at once, as the tables that the models rest on,
so that one build judges them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.dbt.allocation_oracle import NEVER, SHELF, SOME_DAY, Demand, Product, Supply, Told

Rows = dict[str, list[dict[str, Any]]]
START = datetime(2026, 11, 1, tzinfo=UTC)
FIRST_DELIVERY = date(2027, 3, 1)
SOURCES = {"stock": SHELF, "lead_time": NEVER}


@dataclass
class Delivery:
    """A purchase order line. `day`: days after FIRST_DELIVERY, None where nobody said."""

    line: int
    day: int | None
    open: int
    is_for_web: bool

    @property
    def expected(self) -> date | None:
        """The day that the supplier said."""
        return None if self.day is None else FIRST_DELIVERY + timedelta(days=self.day)


@dataclass
class Order:
    """A web order of one product. `reserved`: None where Odoo does not know it."""

    number: str
    paid_at: datetime
    open: list[int]
    reserved: int | None
    boxed: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)

    def key(self, place: int) -> str:
        """A line's id."""
        return f"{self.number}:{place}"


@dataclass
class Sale:
    """A sale order of Odoo's own that waits for goods."""

    number: int
    since: datetime
    missing: int


@dataclass
class Shop:
    """One product. `is_harmed`: something befell it that may break a promise."""

    number: int
    shelf: int
    others_reserved: int
    elsewhere: int
    deliveries: list[Delivery] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    is_harmed: bool = False
    counter: int = 0

    @property
    def product(self) -> str:
        """Its product's id."""
        return f"sku:p{self.number}"

    def next(self) -> int:
        """A number that no other thing of any shop has."""
        self.counter += 1
        return self.number * 1000 + self.counter

    def as_product(self) -> Product:
        """The same for the oracle."""
        demands = []
        boxed_beyond = 0
        for order in self.orders:
            left = max((order.reserved or 0) - order.boxed, 0)
            boxed_beyond += max(order.boxed - (order.reserved or 0), 0)
            for place, units in enumerate(order.open):
                there = min(left, units)
                left -= there
                told = tuple(
                    Told(
                        SOURCES.get(each["source"], each["purchase_order_line_id"]),
                        date.fromisoformat(each["expected_date"]) if each["expected_date"] else SOME_DAY,
                        int(each["quantity"]),
                    )
                    for each in order.told
                    if each["order_line_id"] == order.key(place)
                )
                if units:
                    demands.append(
                        Demand(order.key(place), order.number, place, order.paid_at, units, there, told)
                    )
        demands += [
            Demand(
                f"sale {sale.number}", f"odoo_sale:{sale.number}", 0, sale.since, sale.missing, in_odoo=True
            )
            for sale in self.sales
        ]
        supplies = [
            Supply(each.line, each.expected or SOME_DAY, each.open)
            for each in self.deliveries
            if each.open and each.is_for_web
        ]
        return Product(max(self.shelf - boxed_beyond, 0), supplies, demands)


_MOVES = (
    *("order", "order", "late order", "typed order", "sale", "cancel"),
    *("delivery", "delivery elsewhere", "receive", "slip", "cancel delivery"),
    *("found", "lost", "box", "tell", "tell", "tell"),
)
_HARMFUL = {"lost", "cancel delivery", "slip", "typed order"}
Move = tuple[str, int, int]


def moves() -> st.SearchStrategy[list[Move]]:
    """What befalls a shop between two builds: a kind, which thing it befalls, and how much."""
    return st.lists(
        st.tuples(st.sampled_from(_MOVES), st.integers(0, 50), st.integers(1, 6)), min_size=1, max_size=6
    )


def befall(shop: Shop, move: Move, promises: dict[str, list[dict[str, Any]]], clock: datetime) -> None:
    """The move happened. `promises`: what the last build would tell each order."""
    kind, which, amount = move
    shop.is_harmed |= kind in _HARMFUL
    match kind:
        case "order" | "late order" | "typed order":
            paid_at = clock if kind == "order" else START + timedelta(hours=which)
            reserved = min(shop.shelf, amount, which % 4) if kind == "typed order" else None
            shop.shelf -= reserved or 0
            lines = [amount] if which % 3 else [amount, 1 + which % 2]
            shop.orders.append(Order(f"woocommerce:{10_000_000 + shop.next()}", paid_at, lines, reserved))
        case "delivery" | "delivery elsewhere":
            day = None if which == 50 else which
            shop.deliveries.append(Delivery(shop.next(), day, amount, kind == "delivery"))
        case "receive" if shop.deliveries:
            delivery = shop.deliveries[which % len(shop.deliveries)]
            units = min(amount, delivery.open)
            delivery.open -= units
            shop.shelf += units if delivery.is_for_web else 0
        case "slip" if shop.deliveries:
            delivery = shop.deliveries[which % len(shop.deliveries)]
            delivery.day = (delivery.day or 0) + amount * 5
        case "cancel delivery" if shop.deliveries:
            shop.deliveries[which % len(shop.deliveries)].open = 0
        case "found":
            shop.shelf += amount
        case "lost":
            shop.shelf = max(shop.shelf - amount, 0)
        case "sale":
            shop.sales.append(Sale(shop.next(), clock, amount))
        case "tell" if amount % 2:
            for order in shop.orders:
                order.told = promises.get(order.number, order.told)
        case _ if shop.orders:
            _befall_order(shop, kind, shop.orders[which % len(shop.orders)], promises)


def _befall_order(shop: Shop, kind: str, order: Order, promises: dict[str, list[dict[str, Any]]]) -> None:
    match kind:
        case "tell" if order.number in promises:
            order.told = promises[order.number]
        case "box":
            for place in range(len(order.open)):
                ready = sum(
                    int(each["quantity"])
                    for each in promises.get(order.number, [])
                    if each["order_line_id"] == order.key(place) and each["source"] == "stock"
                )
                # whatever was there at the last build, and may not be any more
                units = min(ready, order.open[place])
                order.open[place] -= units
                order.boxed += units
            shop.is_harmed = True
        case "cancel":
            shop.orders.remove(order)
            shop.shelf += order.reserved or 0


def rows(shops: Sequence[Shop]) -> Rows:
    """The tables of all shops together."""
    tables: Rows = defaultdict(list)
    for shop in shops:
        odoo = shop.number + 1
        tables["marts.products"].append(
            {
                "product_id": shop.product,
                "product_id_odoo": odoo,
                "is_stock_counted": True,
                "sku": shop.product,
            }
        )
        reserved = shop.others_reserved + sum(order.reserved or 0 for order in shop.orders)
        for location, (on_hand, set_aside, is_sold) in enumerate(
            ((shop.shelf + reserved, reserved, True), (shop.elsewhere, 0, False)), start=1
        ):
            tables["intermediate.int_stock_located"].append(
                {
                    "stock_id": f"{shop.product}:{location}",
                    "product_id": shop.product,
                    "location_id": location,
                    "is_sold_from_web": is_sold,
                    "on_hand_quantity": on_hand,
                    "reserved_quantity": set_aside,
                }
            )
        for delivery in shop.deliveries:
            if delivery.open:
                at = delivery.expected and datetime.combine(delivery.expected, datetime.min.time(), UTC)
                tables["intermediate.int_open_purchase_order_lines"].append(
                    {
                        "purchase_order_line_id": delivery.line,
                        "purchase_order_id": delivery.line,
                        "product_id_odoo": odoo,
                        "location_id": 1 if delivery.is_for_web else 2,
                        "open_quantity": delivery.open,
                        "expected_at": at + timedelta(hours=12) if at else None,
                    }
                )
        for sale in shop.sales:
            _wait(tables, sale.number, odoo, 0, sale.missing, sale.since)
        for order in shop.orders:
            _sell(tables, shop, order, odoo)
    return tables


def _sell(tables: Rows, shop: Shop, order: Order, odoo: int) -> None:
    sale = int(order.number.split(":")[1]) if order.reserved is not None else None
    if sale is not None:
        _wait(tables, sale, odoo, order.reserved or 0, sum(order.open), order.paid_at)
    for place, units in enumerate(order.open):
        boxed = order.boxed if place == 0 else 0
        tables["intermediate.int_order_lines_to_send"].append(
            {
                "order_line_id": order.key(place),
                "order_id": order.number,
                "order_number": order.number,
                "line_number": place,
                "product_id": shop.product,
                "product_id_odoo": odoo,
                "sku": shop.product,
                "ordered_quantity": units + boxed,
                "refunded_quantity": 0,
                "shipped_quantity": 0,
                "boxed_quantity": boxed,
                "our_quantity": boxed,
                "open_quantity": units,
                "backordered_at_sale_quantity": 0,
                "total_amount": "10.00",
                "tax_amount": "1.30",
                "paid_at": order.paid_at,
                "ordered_at": order.paid_at,
                "order_id_odoo": sale,
            }
        )
    if order.told:
        tables["intermediate.int_fulfilment_writes"].append(
            {
                "fulfilment_write_id": order.number,
                "write_id": 1,
                "kind": "promise",
                "order_id": order.number,
                "payload": {"promises": order.told},
                "is_done": True,
                "done_at": START,
            }
        )


def _wait(tables: Rows, sale: int, odoo: int, reserved: int, missing: int, since: datetime) -> None:
    tables["staging.stg_odoo__stock_picking"].append(
        {
            "record_key": str(sale),
            "picking_id": sale,
            "sale_order_id_odoo": sale,
            "picking_type": "outgoing",
            "state": "confirmed",
            "is_deleted": False,
        }
    )
    tables["intermediate.int_open_stock_moves"].append(
        {
            "record_key": str(sale),
            "stock_move_id": sale,
            "product_id_odoo": odoo,
            "picking_id": sale,
            "demanded_quantity": reserved + missing,
            "reserved_quantity": reserved,
            "created_at": since,
        }
    )
