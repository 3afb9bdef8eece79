"""How amounts, days and measures are written: 1,234.56 and November 2026, or 1 234,56 and novembre 2026."""

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
_NO_BREAK = "\u00a0"
_NARROW = "\u202f"  # a thin blank that does not break
_MINUS = "\u2212"

_SIGNS_EN = {"CAD": "$", "USD": "US$"}
_SIGNS_FR = {"CAD": "$", "USD": "$ US"}


def amount(value: Decimal, language: Language) -> str:
    """Two decimals, thousands apart, a real minus."""
    text = f"{abs(value):,.2f}"
    if language == "fr":
        text = text.replace(",", _NARROW).replace(".", ",")
    return f"{_MINUS}{text}" if value < 0 else text


def month(day: date, language: Language) -> str:
    """The month of a day."""
    return f"{_MONTHS[language][day.month - 1]} {day.year}"


def money(value: Decimal, currency: str, language: Language) -> str:
    """An amount with its sign: $1,234.56 or 1 234,56 $; else like US$5.00 or 5,00 $ US, EUR 5.00."""
    text = amount(abs(value), language)
    sign = _MINUS if value < 0 else ""
    if language == "fr":
        return f"{sign}{text}{_NO_BREAK}{_SIGNS_FR.get(currency, currency)}"
    return f"{sign}{_SIGNS_EN.get(currency, currency + _NO_BREAK)}{text}"


def day(value: date, language: Language) -> str:
    """A day in words: November 1, 2026 or 1er novembre 2026."""
    name = _MONTHS[language][value.month - 1]
    if language == "fr":
        number = "1er" if value.day == 1 else str(value.day)
        return f"{number}{_NO_BREAK}{name} {value.year}"
    return f"{name}{_NO_BREAK}{value.day}, {value.year}"


def number(value: Decimal, language: Language) -> str:
    """A count or a measure without needless zeros: 3, 0.5 or 0,5."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if language == "fr" else text


def percent(rate: Decimal, language: Language) -> str:
    """A rate: 0.13 is 13% or 13 %."""
    return number(rate * 100, language) + (f"{_NO_BREAK}%" if language == "fr" else "%")


def weight(grams: Decimal, language: Language) -> str:
    """A weight: 350 g, 1.25 kg or 1,25 kg."""
    if grams < 1000:
        return f"{number(grams, language)}{_NO_BREAK}g"
    return f"{number((grams / 1000).quantize(Decimal('0.01')), language)}{_NO_BREAK}kg"
