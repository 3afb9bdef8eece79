"""The hours of trade after the history: what is ordered on the web and sold over the counter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.story_backoffice import INBOUND, INBOUND_AFTER
from sandbox.story_catalogue import SHORT, Basket
from sandbox.story_chance import chance
from sandbox.story_compose import COUPON, compose
from sandbox.story_kinds import Kind
from sandbox.story_people import customer
from sandbox.story_things import CounterSale, Customer, SaleLine, Sku, Slip, TradeHour
from sandbox.story_web import WebOrder

FIRST_ORDER_SIMPLE = "22423"
FIRST_ORDER_VARIATION = SHORT
FIRST_ORDER_BACKORDERED = 2  # of the three: one is left when it is placed
SLIP_HOUR = 1
SLIP = timedelta(days=7)
PICKUP_NUMBER = 7
# Addresses that a carrier would not take as they stand, by the order's number since the history's end.
_WRONG_ADDRESSES: dict[int, dict[str, Any]] = {
    2: {"postcode": "M5V 1A1"},  # of Ontario, and the town lies in British Columbia
    4: {"street": "PO Box 1204", "street_2": "Station Main"},
    8: {"street": "North Building, Receiving Dock 4, 1200 Industrial Parkway West at Sherbrook Street"},
}

# status, payment method, coupon, gift wrap
_ROTA = (
    ("processing", "stripe", False, False),
    ("processing", "stripe", False, True),
    ("processing", "stripe", True, False),
    ("on-hold", "bacs", False, False),
    ("processing", "cod", False, False),
    ("pending", "stripe", False, False),
)


@dataclass(frozen=True)
class Trade:
    """The trade after `history` orders by `people` customers; both sides sell the goods of `baskets`."""

    seed: int
    history: int
    people: int
    skus: dict[str, Sku]
    baskets: tuple[Basket, ...]
    until: datetime

    def hour(self, hour: int, now: datetime, first_order_id: int) -> TradeHour:
        """The hour's sales. The very first web order is from Ontario, paid by card, two lines, one a
        variation of which there is too little, and the other is sold over the counter in the same hour.
        In the second hour the supplier of what is short says that it comes a week later."""
        web = tuple(self._order(hour, place, now, first_order_id + place) for place in range(len(_ROTA)))
        slips = (Slip(INBOUND, self.until + INBOUND_AFTER + SLIP),) if hour == SLIP_HOUR else ()
        return TradeHour(hour, web, self._counter_sales(hour, now), slips)

    def _order(self, hour: int, place: int, now: datetime, order_id: int) -> WebOrder:
        number = hour * len(_ROTA) + place
        status, method, has_coupon, has_fee = _ROTA[place]
        basket = self.baskets[chance(self.seed, number, 7) % len(self.baskets)]
        if number == 0:
            basket = ((self.skus[FIRST_ORDER_SIMPLE], 2), (self.skus[FIRST_ORDER_VARIATION], 3))
        created = int(now.timestamp())
        order = compose(
            index=self.history + number,
            order_id=order_id,
            method=method,
            buyer=self._buyer(number),
            created=created,
            modified=created,
            basket=basket,
            kind=Kind(status),
            coupon=COUPON if has_coupon else "",
            has_fee=has_fee,
            is_pickup=number == PICKUP_NUMBER,
            note="Bonne fête maman 🎂" if place == 1 else "",
            reduced=status in ("processing", "on-hold"),
        )
        if number:
            return order
        whole, short = order.lines
        return replace(order, lines=(whole, replace(short, backordered=FIRST_ORDER_BACKORDERED)))

    def _buyer(self, number: int) -> Customer:
        return replace(customer(number % self.people), **_WRONG_ADDRESSES.get(number, {}))

    def _counter_sales(self, hour: int, now: datetime) -> tuple[CounterSale, ...]:
        first: Basket = ((self.skus[FIRST_ORDER_SIMPLE], 1),)
        draws = [chance(self.seed, hour, 20 + place) for place in range(2)]
        baskets = [first, *(self.baskets[draw % len(self.baskets)] for draw in draws)]
        return tuple(
            CounterSale(
                ref=f"Trade/{hour + 1:03d}/{place + 1}",
                sold_at=now - timedelta(seconds=1),
                lines=tuple(_line(sku, min(quantity, 2)) for sku, quantity in basket),
                payment="cash" if place else "card",
                customer=None,
            )
            for place, basket in enumerate(baskets)
        )


def _line(sku: Sku, quantity: int) -> SaleLine:
    return SaleLine(sku, quantity, quantity, sku.price_cents)
