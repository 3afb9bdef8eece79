"""Which of an order's taxes a line bears: told from its amounts, since a line only says how much it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations


@dataclass(frozen=True)
class Rate:
    """A tax of the order and its rate (0.13)."""

    tax: str
    rate: Decimal


def borne(total: Decimal, tax: Decimal, rates: Sequence[Rate]) -> tuple[str, ...]:
    """The taxes whose rates together come nearest to the line's tax; none where it has no tax.

    A free line (total 0) bears what cannot be told: none. Of two that are as near, the fewer, in their order.
    """
    if not tax or not total:
        return ()
    sets = [chosen for count in range(1, len(rates) + 1) for chosen in combinations(rates, count)]
    if not sets:
        return ()
    nearest = min(sets, key=lambda chosen: abs(total * sum(each.rate for each in chosen) - tax))
    return tuple(dict.fromkeys(each.tax for each in nearest))
