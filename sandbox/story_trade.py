"""The hours of trade after the history: what is ordered on the web and sold over the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.story_catalogue import Basket
from sandbox.story_chance import chance
from sandbox.story_compose import COUPON, compose
from sandbox.story_kinds import Kind
from sandbox.story_people import customer
from sandbox.story_things import CounterSale, SaleLine, Sku, TradeHour
from sandbox.story_web import WebOrder

FIRST_ORDER_SIMPLE = "22423"
FIRST_ORDER_VARIATION = "85099B"

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

    def hour(self, hour: int, now: datetime, first_order_id: int) -> TradeHour:
        """The hour's sales. The very first web order is from Ontario, paid by card, two lines, one a
        variation, and one of its goods is sold over the counter in the same hour."""
        web = tuple(self._order(hour, place, now, first_order_id + place) for place in range(len(_ROTA)))
        return TradeHour(hour, web, self._counter_sales(hour, now))

    def _order(self, hour: int, place: int, now: datetime, order_id: int) -> WebOrder:
        number = hour * len(_ROTA) + place
        status, method, has_coupon, has_fee = _ROTA[place]
        basket = self.baskets[chance(self.seed, number, 7) % len(self.baskets)]
        if number == 0:
            basket = ((self.skus[FIRST_ORDER_SIMPLE], 2), (self.skus[FIRST_ORDER_VARIATION], 3))
        created = int(now.timestamp())
        return compose(
            index=self.history + number,
            order_id=order_id,
            method=method,
            buyer=customer(number % self.people),
            created=created,
            modified=created,
            basket=basket,
            kind=Kind(status),
            coupon=COUPON if has_coupon else "",
            has_fee=has_fee,
            note="Bonne fête maman 🎂" if place == 1 else "",
            reduced=status in ("processing", "on-hold"),
        )

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
