"""The hours of trade after the history: what is ordered on the web and sold over the counter."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.story_catalogue import Basket
from sandbox.story_chance import chance
from sandbox.story_orders import COUPON_PERCENT, compose
from sandbox.story_people import PROVINCES, customer
from sandbox.story_things import CounterSale, SaleLine, Sku, TradeHour, WebOrder

ORDERS_AN_HOUR = 6
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


def trade_hour(
    hour: int,
    seed: int,
    now: datetime,
    first_index: int,
    first_order_id: int,
    skus: dict[str, Sku],
    baskets: tuple[Basket, ...],
) -> TradeHour:
    """The hour's sales. The very first web order is from Ontario, paid by card, two lines, one a variation,
    and one of its goods is sold over the counter in the same hour."""
    web = []
    for place, (status, method, coupon, wrap) in enumerate(_ROTA):
        number = hour * ORDERS_AN_HOUR + place
        web.append(
            _order(
                number,
                seed,
                now,
                first_index + number,
                first_order_id + place,
                skus,
                baskets,
                status,
                method,
                coupon,
                wrap,
            )
        )
    return TradeHour(hour, tuple(web), _counter_sales(hour, seed, now, skus, baskets))


def _order(
    number: int,
    seed: int,
    now: datetime,
    index: int,
    order_id: int,
    skus: dict[str, Sku],
    baskets: tuple[Basket, ...],
    status: str,
    method: str,
    coupon: bool,
    wrap: bool,
) -> WebOrder:
    dice = chance(seed, number, 7)
    basket = baskets[dice % len(baskets)]
    if number == 0:
        basket = ((skus[FIRST_ORDER_SIMPLE], 2), (skus[FIRST_ORDER_VARIATION], 3))
    created = int(now.timestamp())
    return compose(
        index=index,
        order_id=order_id,
        status=status,
        method=method,
        buyer=customer(number % (len(PROVINCES) * 4)),
        created=created,
        modified=created,
        basket=basket,
        coupon_percent=COUPON_PERCENT if coupon else 0,
        has_fee=wrap,
        note="Bonne fête maman 🎂" if number % ORDERS_AN_HOUR == 1 else "",
        reduced=status in ("processing", "on-hold"),
    )


def _counter_sales(
    hour: int, seed: int, now: datetime, skus: dict[str, Sku], baskets: tuple[Basket, ...]
) -> tuple[CounterSale, ...]:
    first: Basket = ((skus[FIRST_ORDER_SIMPLE], 1),)
    others = [baskets[chance(seed, hour, 20 + place) % len(baskets)] for place in range(2)]
    return tuple(
        CounterSale(
            ref=f"Trade/{hour + 1:03d}/{place + 1}",
            sold_at=now - timedelta(seconds=1),
            lines=tuple(
                SaleLine(sku, min(quantity, 2), min(quantity, 2), sku.price_cents) for sku, quantity in basket
            ),
            payment="cash" if place else "card",
            customer=None,
        )
        for place, basket in enumerate([first, *others])
    )
