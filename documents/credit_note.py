"""The credit note: what is given back of an order, by line and by tax at the rates that were charged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from documents.amounts import Language, amount, money, number
from documents.invoice import WORDS as INVOICE_WORDS
from documents.invoice import method_name, tax_rows
from documents.paper import Issued, Payload, address_of, day_of, decimal, language_of, paper
from documents.typeset import pdf
from documents.words import Words

WORDS: Words = {
    "credit_note": {"en": "Credit note", "fr": "Note de crédit"},
    "note_number": {"en": "Credit note no.", "fr": "Note de crédit n\u00ba"},
    "of_invoice": {"en": "Of invoice", "fr": "De la facture"},
    "price": {"en": "", "fr": ""},
    "tax": {"en": "", "fr": ""},
    "goods": {"en": "Goods", "fr": "Articles"},
    "gift_card": {"en": "Gift card", "fr": "Carte-cadeau"},
    "refunded": {"en": "REFUNDED", "fr": "REMBOURSÉ"},
    "credit": {"en": "Credited", "fr": "Crédité"},
    "reason": {"en": "Reason", "fr": "Motif"},
}


def credit_note_pdf(payload: Payload, issued: Issued) -> bytes:
    """The credit note as PDF/A."""
    return pdf("invoice", template_data(payload, issued))


def template_data(payload: Payload, issued: Issued) -> dict[str, Any]:
    """What the template shows, all of it text."""
    language, currency = language_of(payload), payload["currency"]
    data = paper(payload, WORDS["credit_note"][language], [], INVOICE_WORDS, WORDS)
    word = data["words"]
    data["facts"] = [
        [name, value]
        for name, value in (
            (word["note_number"], issued.number or ""),
            (word["date"], day_of(issued.on, language)),
            (word["of_invoice"], payload.get("invoice_number") or ""),
            (word["order"], payload["order"]["order_number"]),
        )
        if value
    ]
    reason = payload.get("reason")
    colon = " : " if language == "fr" else ": "
    return data | {
        "parties": [[word["bill_to"], address_of(payload, "billing")]],
        "about": f"{word['reason']}{colon}{reason}" if reason else None,
        "lines": list(_lines(payload, word, language)),
        "sums": [list(row) for row in _sums(payload, word, language)],
        "total": [f"{word['total']} ({currency})", money(decimal(payload["amount"]), currency, language)],
        "settled": [],
        "balance": None,
        "mark": _mark(payload, word, language),
        "notes": [f"{word['amounts_in']} {currency}."],
    }


def _lines(payload: Payload, word: dict[str, str], language: Language) -> Iterator[dict[str, Any]]:
    """The lines given back; what was given back of the goods without naming a line is one of its own."""
    left = decimal(payload.get("goods_amount"))
    for line in payload.get("lines", []):
        left -= decimal(line["amount"])
        yield _line(
            line.get("description") or "", line.get("sku"), line["quantity"], line["amount"], language
        )
    if left:
        yield _line(word["goods"], None, None, left, language)
    if decimal(payload.get("gift_cards_amount")):
        yield _line(word["gift_card"], None, None, payload["gift_cards_amount"], language)


def _line(description: str, sku: Any, quantity: Any, value: Any, language: Language) -> dict[str, Any]:
    return {
        "description": description,
        "sku": sku,
        "quantity": number(decimal(quantity), language) if quantity else "",
        "price": "",
        "tax": "",
        "amount": amount(decimal(value), language),
    }


def _sums(
    payload: Payload, word: dict[str, str], language: Language
) -> Iterator[tuple[str, str | None, str]]:
    for name in ("shipping", "fee", "tip"):
        value = decimal(payload.get(f"{name}_amount"))
        if value:
            yield word[name], None, amount(value, language)
    yield from tax_rows(payload.get("taxes", []), language)
    if decimal(payload.get("rounding_amount")):
        yield word["rounding"], None, amount(decimal(payload["rounding_amount"]), language)


def _mark(payload: Payload, word: dict[str, str], language: Language) -> dict[str, Any]:
    is_settled = bool(payload.get("refunded_on"))
    details = [day_of(payload.get("refunded_on"), language), method_name(payload, language)]
    return {
        "title": word["refunded" if is_settled else "credit"],
        "details": [line for line in details if line] if is_settled else [],
        "is_settled": True,
    }
