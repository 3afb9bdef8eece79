"""What is the same on every paper of the shop: its head, its foot, and the figures in text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from documents.amounts import Language, day
from documents.words import Words, address_lines, country_name, tax_name, words_of

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Issued:
    """When a document was issued, and its number in the series of its kind (None: the kind has none)."""

    on: date
    number: str | None = None


def language_of(payload: Payload) -> Language:
    """The customer's language; English where it is neither of the two."""
    return "fr" if payload.get("language") == "fr" else "en"


def decimal(value: Any) -> Decimal:
    """An amount or a measure of a payload, which is text or a number there; nothing is 0. ValueError."""
    if value in (None, ""):
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        raise ValueError("an amount is no number")
    return found


def day_of(value: Any, language: Language) -> str:
    """A day of a payload (2026-11-24) in words; '' where there is none."""
    return day(date.fromisoformat(str(value)[:10]), language) if value else ""


def paper(payload: Payload, title: str, facts: list[tuple[str, str]], *groups: Words) -> dict[str, Any]:
    """The data of look.typ: language, words, the shop's head and foot, the title, and facts beside it."""
    language = language_of(payload)
    seller = payload["seller"]
    return {
        "language": language,
        "words": words_of(language, *groups),
        "title": title,
        "facts": [[name, value] for name, value in facts if value],
        "shop": {
            "name": seller["name"],
            "legal_name": seller["legal_name"],
            "address": [
                seller["street"],
                f"{seller['city']} {seller['province']}\u2002{seller['postal_code']}",
                country_name(seller["country"], language),
            ],
            "numbers": _registrations(seller, language),
        },
    }


def address_of(payload: Payload, name: str) -> list[str]:
    """The lines of the address `name` (billing, delivery) of a payload."""
    found = payload.get(name) or {}
    return address_lines(found, payload["seller"]["country"], language_of(payload))


def _registrations(seller: Mapping[str, Any], language: Language) -> list[str]:
    sign = "n\u00ba" if language == "fr" else "No."
    both = "TPS/TVH" if language == "fr" else "GST/HST"
    numbers = ((both, seller.get("gst_hst_number")), (tax_name("QST", language), seller.get("qst_number")))
    return [f"{name} {sign}\u00a0{number}" for name, number in numbers if number]
