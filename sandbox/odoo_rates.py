"""What a US dollar is worth in the story: one rate a week, from its Monday on, the same in every Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

FIRST_MONDAY = date(2026, 1, 5)
_MIDDLE = Decimal("1.3700")
_AHEAD = timedelta(weeks=8)
"""The hours of trade after the story find a rate of their own week too."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of the currency is worth in the company's, from a day on."""

    currency: str
    valid_from: date
    company_units: Decimal

    @property
    def key(self) -> str:
        """Its name among the story's records."""
        return f"rate_{self.currency}_{self.valid_from.isoformat()}"


def weekly_rates(until: date) -> Iterator[Rate]:
    """US dollars from the story's first Monday until some weeks after `until`, between 1.3500 and 1.3900."""
    monday = FIRST_MONDAY
    while monday <= until + _AHEAD:
        week = (monday - FIRST_MONDAY).days // 7
        yield Rate("USD", monday, _MIDDLE + Decimal(week * 137 % 401 - 200) / 10_000)
        monday += timedelta(weeks=1)
