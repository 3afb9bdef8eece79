"""The words of the pages (words.toml), and how days, amounts and counts are written, in both languages."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

from markupsafe import Markup, escape

from documents.amounts import amount, month

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
OTHER: dict[Language, Language] = {"en": "fr", "fr": "en"}

_FILE = Path(__file__).with_name("words.toml")
_NO_BREAK = "\u00a0"


def known(text: str | None) -> Language | None:
    """The language that a text names; None: none of ours."""
    return cast(Language, text) if text in LANGUAGES else None


class Words:
    """What the pages say in one language."""

    texts: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text())

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> Markup:
        """The text, with the values put in as text. A key ending in `_n` has a second form for one."""
        texts = self.texts[key]
        text = texts.get(f"{self.language}_one") if self._is_one(values.get("n")) else None
        text = text or texts[self.language]
        return Markup(text).format(**{name: escape(value) for name, value in values.items()})

    def either(self, key: str, otherwise: str | None) -> str | None:
        """The text, or what is given where there is no such text."""
        return self(key) if key in self.texts else otherwise

    def day(self, day: date) -> str:
        """December 4, 2026; 4 décembre 2026."""
        name, year = month(day, self.language).split()
        if self.language == "fr":
            return f"{'1er' if day.day == 1 else day.day}{_NO_BREAK}{name} {year}"
        return f"{name}{_NO_BREAK}{day.day}, {year}"

    def money(self, value: Decimal, currency: str) -> str:
        """$24.10, US$24.10; 24,10 $, 24,10 $ US."""
        sign = {"CAD": ("$", "$"), "USD": ("US$", f"${_NO_BREAK}US")}.get(currency, (currency, currency))
        text = amount(value, self.language)
        if self.language == "fr":
            return f"{text}{_NO_BREAK}{sign[1]}"
        return f"{sign[0]}{text}" if sign[0].endswith("$") else f"{sign[0]}{_NO_BREAK}{text}"

    def quantity(self, value: Decimal) -> str:
        """A count, or a fraction where units are sold in parts: 3; 1.5; 1,5."""
        text = f"{value.normalize():f}"
        return text.replace(".", ",") if self.language == "fr" else text

    def _is_one(self, number: Any) -> bool:
        """English has one for 1 only, French for whatever is below 2."""
        if number is None:
            return False
        return bool(number == 1) if self.language == "en" else bool(0 <= number < 2)
