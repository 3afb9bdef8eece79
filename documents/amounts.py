"""How amounts and months are written: 1,234.56 and November 2026, or 1 234,56 and novembre 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

Language = Literal["en", "fr"]

_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
_NARROW = "\u202f"  # a thin blank that does not break
_MINUS = "\u2212"


def amount(value: Decimal, language: Language) -> str:
    """Two decimals, thousands apart, a real minus."""
    text = f"{abs(value):,.2f}"
    if language == "fr":
        text = text.replace(",", _NARROW).replace(".", ",")
    return f"{_MINUS}{text}" if value < 0 else text


def month(day: date, language: Language) -> str:
    """The month of a day."""
    return f"{_MONTHS[language][day.month - 1]} {day.year}"
