"""What people and banks write in a cell: days, amounts, rates. Many forms are read, no meaning is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from extractors.files_names import plain

DayOrder = Literal["day first", "month first"]

_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_ISO = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_NUMBERS = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:er|st|nd|rd|th)? ([a-z]+) ([0-9]{4})")
_MONTH_DAY = re.compile(r"([a-z]+) ([0-9]{1,2})(?:st|nd|rd|th)? ([0-9]{4})")
# English and French, by as many letters as tell the months apart
_MONTHS = (
    ("jan",), ("feb", "fev"), ("mar",), ("apr", "avr"), ("may", "mai"), ("jun", "juin"),
    ("jul", "juil"), ("aug", "aou"), ("sep",), ("oct",), ("nov",), ("dec",),
)  # fmt: skip

# 1,234 and 1.234 are one thing in English and another in French: they are in none of these.
_AMOUNTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[0-9]+",
        r"[0-9]*[.,][0-9]{1,2}(?:00+)?",
        r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}",
        r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}",
        r"[0-9]{1,3}(?:[ '\u2019][0-9]{3})+(?:[.,][0-9]{1,2})?",
        r"[0-9]{1,3}(?:,[0-9]{3}){2,}",
        r"[0-9]{1,3}(?:\.[0-9]{3}){2,}",
    )
)
_DOLLARS = re.compile(r"^(?:CAD|CA|C)? ?\$|(?:\$|\$ ?CAN|\$ ?CA|CAD)$|^CAD", re.IGNORECASE)
_PARENTHESES, _MINUS_BEFORE, _MINUS_BEHIND = (
    re.compile(form) for form in (r"\((.*)\)", r"[+-](.*)", r"(.*)-")
)
_LARGEST = Decimal("1e10")


class Unreadable(ValueError):
    """What is wrong with a cell, and what to write instead."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def day_order(texts: Iterable[str]) -> DayOrder | None:
    """Whether a column writes the day or the month first; None: nothing in it tells, or it does both."""
    day_first = month_first = False
    for text in texts:
        match = _NUMBERS.match(text.strip())
        if match:
            day_first |= int(match[1]) > 12
            month_first |= int(match[2]) > 12
    if day_first == month_first:
        return None
    return "day first" if day_first else "month first"


def day(text: str, order: DayOrder | None = None) -> date:
    """The day; `order` is the column's, for days like 03/04/2026. Unreadable."""
    text = _BLANKS.sub(" ", text).strip()
    try:
        found = _day(text, order)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise Unreadable(f"{_short(text)} is no day that can be read in one way only", "Write 2026-10-31")
    return found


def _day(text: str, order: DayOrder | None) -> date | None:
    if match := _ISO.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _NUMBERS.fullmatch(text.split(" ")[0]):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first == second or order == "day first" or (order is None and first > 12):
            return date(year, second, first)
        return date(year, first, second) if order == "month first" or second > 12 else None
    words = plain(text)
    if match := _DAY_MONTH.fullmatch(words):
        return date(int(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_DAY.fullmatch(words):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    return None


def _month(name: str) -> int:
    for number, beginnings in enumerate(_MONTHS, start=1):
        if name.startswith(beginnings):
            return number
    raise ValueError(name)


def amount(text: str) -> Decimal:
    """The amount, below zero with a minus before or behind it or in parentheses. Unreadable."""
    bare = _BLANKS.sub(" ", text).strip().replace("\u2212", "-")
    # the dollar sign may stand before the minus or behind it
    bare = _DOLLARS.sub("", bare).strip()
    is_negative = False
    for form in (_PARENTHESES, _MINUS_BEFORE, _MINUS_BEHIND):
        if match := form.fullmatch(bare):
            is_negative, bare = bare[0] != "+", _DOLLARS.sub("", match[1]).strip()
            break
    if not any(form.fullmatch(bare) for form in _AMOUNTS):
        raise Unreadable(f"{_short(text)} is no amount that can be read in one way only", "Write 1234.56")
    found = _number(bare).quantize(Decimal("0.01")) if len(bare) <= 20 else _LARGEST
    if found >= _LARGEST:
        raise Unreadable(f"{_short(text)} is larger than any amount of money here", "Write 1234.56")
    return -found if is_negative and found else found


def _number(text: str) -> Decimal:
    """Digits whose last separator is the decimal one, unless it stands before three digits or repeats."""
    text = re.sub(r"[ '\u2019]", "", text)
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return Decimal(text)
    whole, decimals = text[:last], text[last + 1 :]
    if text.count(text[last]) > 1:
        whole, decimals = text, ""
    return Decimal(re.sub(r"[.,]", "", whole or "0") + ("." + decimals if decimals else ""))


def rate(text: str) -> Decimal:
    """A fraction: 0.065, or 6.5 %. Unreadable: another number might be either."""
    bare = _BLANKS.sub("", text).replace(",", ".")
    percent = bare.endswith("%")
    bare = bare.removesuffix("%")
    if re.fullmatch(r"[0-9]{0,3}(?:\.[0-9]{1,6})?", bare) and bare:
        found = Decimal(bare) / (100 if percent else 1)
        if found < 1:
            return found
    raise Unreadable(f"{_short(text)} is no rate", "Write 6.5 % or 0.065")


def _short(text: str) -> str:
    text = text.strip()
    return f'"{text}"' if len(text) <= 40 else f'"{text[:37]}..."'
