"""What an order's taxes are, in exact fractions, written down without the project's tables or SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

HARMONIZED = {"ON": date(2010, 7, 1), "PE": date(2013, 4, 1), "NS": date.min, "NB": date.min, "NL": date.min}
BREAK = (date(2024, 12, 14), date(2025, 2, 15))
FEDERAL = Fraction(5, 100)


@dataclass(frozen=True)
class Line:
    """Goods: the class, and what they cost after discount, in cents, tax included or not."""

    goods: str
    quantity: int
    price: int
    discount: int = 0

    @property
    def cents(self) -> int:
        return self.quantity * self.price - self.discount


@dataclass(frozen=True)
class Basket:
    """An order. Cents; province None: abroad; picked_up: handed over at the shop, in Ontario."""

    day: date
    province: str | None
    lines: tuple[Line, ...]
    shipping: int
    fee: int = 0
    tip: int = 0
    picked_up: bool = False
    exempt: bool = False
    inclusive: bool = False

    @property
    def place(self) -> str | None:
        return "ON" if self.picked_up else self.province


def rates(province: str, day: date) -> dict[str, Fraction]:
    """What the province charges on the price before tax."""
    if province == "BC" and date(2010, 7, 1) <= day <= date(2013, 3, 31):
        return {"HST": Fraction(12, 100)}
    if day >= HARMONIZED.get(province, date.max):
        return {"HST": FEDERAL + _provincial_part(province, day)}
    return {"GST": FEDERAL} | _second(province, day)


def _provincial_part(province: str, day: date) -> Fraction:
    if province == "ON":
        return Fraction(8, 100)
    steps = {
        "NS": ((date(2025, 4, 1), 9), (date(2010, 7, 1), 10), (date.min, 8)),
        "PE": ((date(2016, 10, 1), 10), (date.min, 9)),
    }.get(province, ((date(2016, 7, 1), 10), (date.min, 8)))
    return Fraction(next(percent for since, percent in steps if day >= since), 100)


def _second(province: str, day: date) -> dict[str, Fraction]:
    match province:
        case "BC":
            return {"PST": Fraction(7, 100)}
        case "SK":
            return {"PST": Fraction(6 if day >= date(2017, 3, 23) else 5, 100)}
        case "MB":
            return {"RST": Fraction(8 if date(2013, 7, 1) <= day <= date(2019, 6, 30) else 7, 100)}
        case "QC":
            nominal = {2011: Fraction(85, 1000), 2012: Fraction(95, 1000)}
            if day.year >= 2013:
                return {"QST": Fraction(9975, 100_000)}
            return {"QST": nominal.get(day.year, Fraction(75, 1000)) * (1 + FEDERAL)}
        case "ON":
            return {"PST": Fraction(8, 100)}
        case "PE":
            return {"PST": Fraction(10, 100) * (1 + FEDERAL)}
    return {}


def rate_of(goods: str, tax: str, province: str, day: date) -> Fraction:
    """What a tax takes of a class of goods."""
    full = rates(province, day)[tax]
    if goods in ("groceries", "gift card"):
        return Fraction(0)
    if goods == "standard":
        return full
    if tax in ("GST", "HST") and BREAK[0] <= day <= BREAK[1]:
        return Fraction(0)
    if tax == "GST":
        return full
    if goods in ("books", "novels"):
        if tax == "HST":
            return full if province == "NL" and day.year == 2017 else FEDERAL
        return Fraction(0)
    rebated = ("ON", "PE", "BC") if day < date(2010, 7, 1) else ("ON", "PE", "BC", "NS")
    if tax == "HST":
        return FEDERAL if province in rebated else full
    if tax == "QST" or (province == "SK" and day >= date(2017, 4, 1)):
        return full
    return Fraction(0)


def shipping_rate(basket: Basket, tax: str, province: str) -> Fraction:
    """As the goods it brings: the highest of theirs."""
    found = [
        rate_of(line.goods, tax, province, basket.day) for line in basket.lines if line.goods != "gift card"
    ]
    return max(found) if found else rates(province, basket.day)[tax]


def half_up(amount: Fraction) -> int:
    """Whole units, a half going up."""
    return floor(amount + Fraction(1, 2))


Registrations = Mapping[tuple[str, str], tuple[date, date]]


def taxes(basket: Basket, registered: Registrations) -> list[str]:
    """The taxes that are charged on the basket at all."""
    if basket.place is None or basket.exempt:
        return []
    return [
        tax
        for tax in rates(basket.place, basket.day)
        for since, until in [registered.get((basket.place, tax), (date.max, date.min))]
        if since <= basket.day <= until
    ]


def due(basket: Basket, registered: Registrations, net: Iterable[int]) -> dict[str, int]:
    """Cents of each tax, once on the sum of the parts' amounts before tax (net)."""
    amounts, found = list(net), {}
    for tax in taxes(basket, registered):
        takes = part_rates(basket, tax)
        found[tax] = half_up(sum((r * cents for r, cents in zip(takes, amounts, strict=True)), Fraction(0)))
    return found


def parts(basket: Basket) -> list[tuple[str, int]]:
    """Lines, shipping, fee, tip: the kind and the cents."""
    goods = [("goods", line.cents) for line in basket.lines]
    return [*goods, ("shipping", basket.shipping), ("fee", basket.fee), ("tip", basket.tip)]


def part_rates(basket: Basket, tax: str) -> list[Fraction]:
    """What the tax takes of each of the parts."""
    place = basket.place or ""
    goods = [rate_of(line.goods, tax, place, basket.day) for line in basket.lines]
    return [*goods, shipping_rate(basket, tax, place), rates(place, basket.day)[tax], Fraction(0)]


def charged(basket: Basket, registered: Registrations) -> tuple[list[int], dict[str, list[int]]]:
    """What a web shop makes of it: the parts before tax, and each tax on each part, rounded part by part."""
    amounts = [cents for _, cents in parts(basket)]
    takes = {tax: part_rates(basket, tax) for tax in taxes(basket, registered)}
    if not basket.inclusive:
        return amounts, {tax: _each(rates_of_parts, amounts) for tax, rates_of_parts in takes.items()}
    total = [sum(rates_of_parts[part] for rates_of_parts in takes.values()) for part in range(len(amounts))]
    exact = [cents / (1 + rate) for cents, rate in zip(amounts, total, strict=True)]
    shares = {tax: _each(rates_of_parts, exact) for tax, rates_of_parts in takes.items()}
    return [
        cents - sum(share[part] for share in shares.values()) for part, cents in enumerate(amounts)
    ], shares


def _each(takes: list[Fraction], amounts: Iterable[Fraction | int]) -> list[int]:
    return [half_up(rate * amount) for rate, amount in zip(takes, amounts, strict=True)]
