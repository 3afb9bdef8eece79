"""The owner's own rates, a CSV file: what a parcel may cost while Canada Post does not answer.

One row is a service to an area for a range of weights (kilograms, above min_weight up to max_weight) and
sizes (centimetres); rate is in Canadian dollars before tax; transit_days is like 4-9 (the later one counts).
country_codes: two letters each; none: everywhere but Canada and the USA.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from connections.canadapost import Parcel, Price, Rate
from connections.errors import Misconfigured

COLUMNS = (
    "service_code", "service_name", "country_codes", "min_weight", "max_weight", "max_length", "max_width",
    "max_height", "rate", "currency", "transit_days",
)  # fmt: skip
_NONE = Decimal(0)


@dataclass(frozen=True)
class _Row:
    service_code: str
    service_name: str
    countries: frozenset[str]
    above_kg: Decimal
    up_to_kg: Decimal
    sides_cm: tuple[Decimal, ...]
    amount: Decimal
    transit_days: int | None

    def takes(self, country: str, parcel: Parcel) -> bool:
        there = country in self.countries or (not self.countries and country not in ("CA", "US"))
        fits = all(side <= most for side, most in zip(parcel.sides_cm, self.sides_cm, strict=True))
        return there and fits and self.above_kg < parcel.weight_kg <= self.up_to_kg


class RateSheet:
    """The rows of one file."""

    def __init__(self, rows: list[_Row], name: str) -> None:
        self._rows = rows
        self.name = name

    @classmethod
    def read(cls, file: Path) -> RateSheet:
        """The sheet in the file. Misconfigured: it is not there, or a line cannot be read."""
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                missing = set(COLUMNS) - set(reader.fieldnames or ())
                if missing:
                    raise _wrong(file, f"it has no column {', '.join(sorted(missing))}")
                return cls([_row(file, number, line) for number, line in enumerate(reader, 2)], file.name)
        except (OSError, UnicodeDecodeError) as error:
            raise _wrong(file, f"it cannot be read ({type(error).__name__})") from None

    def rates(self, country: str, parcel: Parcel) -> list[Rate]:
        """What the services that take the parcel there may cost; tax is not estimated."""
        return [
            Rate(row.service_code, row.service_name, Price(row.amount, _NONE, _NONE, _NONE, row.amount),
                 row.transit_days)
            for row in self._rows
            if row.takes(country, parcel)
        ]  # fmt: skip


def _row(file: Path, number: int, line: Mapping[str, str]) -> _Row:
    try:
        if line["currency"].strip().upper() != "CAD":
            raise ValueError("its currency is not CAD")
        days = line["transit_days"].rpartition("-")[2].strip()
        sides = sorted((Decimal(line[f"max_{side}"]) for side in ("length", "width", "height")), reverse=True)
        return _Row(
            line["service_code"].strip(),
            line["service_name"].strip(),
            frozenset(line["country_codes"].upper().replace(";", " ").replace(",", " ").split()),
            Decimal(line["min_weight"]) if Decimal(line["min_weight"]) > Decimal("0.01") else _NONE,
            Decimal(line["max_weight"]),
            tuple(sides),
            Decimal(line["rate"]),
            int(days) if days else None,
        )
    except (ValueError, InvalidOperation, TypeError, AttributeError) as error:
        raise _wrong(file, f"line {number}: {error or 'a number cannot be read'}") from None


def _wrong(file: Path, what: str) -> Misconfigured:
    return Misconfigured(
        f"the rate sheet is not usable: {what}", where=file.name, remedy="See docs/files.md for its columns"
    )
