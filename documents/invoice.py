"""The invoice: all that domain.md's §3 asks for at any amount, and a large mark: paid, or what is owed.

The payload's amounts are the shop's own, and the total is its total to the cent; a difference that the shop's
parts leave is shown as rounding. Shipping that the shop did not charge comes below it, with its own tax.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from documents.amounts import Language, amount, money, number, percent
from documents.paper import Issued, Payload, address_of, day_of, decimal, language_of, paper
from documents.tax_marks import Rate, borne
from documents.typeset import pdf
from documents.words import Words, service_name, tax_name

WORDS: Words = {
    "invoice": {"en": "Invoice", "fr": "Facture"},
    "number": {"en": "Invoice no.", "fr": "Facture n\u00ba"},
    "bill_to": {"en": "Bill to", "fr": "Facturer à"},
    "price": {"en": "Price", "fr": "Prix"},
    "tax": {"en": "Tax", "fr": "Taxe"},
    "amount": {"en": "Amount", "fr": "Montant"},
    "subtotal": {"en": "Subtotal", "fr": "Sous-total"},
    "discount": {"en": "Discount", "fr": "Rabais"},
    "shipping": {"en": "Shipping", "fr": "Livraison"},
    "fee": {"en": "Fee", "fr": "Frais"},
    "tip": {"en": "Tip", "fr": "Pourboire"},
    "rounding": {"en": "Rounding", "fr": "Arrondi"},
    "none": {"en": "none", "fr": "aucune"},
    "on": {"en": "on", "fr": "sur"},
    "order_total": {"en": "Order total", "fr": "Total de la commande"},
    "paid": {"en": "PAID", "fr": "PAYÉ"},
    "balance": {"en": "Balance due", "fr": "Solde à payer"},
    "terms": {"en": "Terms", "fr": "Conditions"},
    "thanks": {"en": "Thank you for your order.", "fr": "Merci de votre commande."},
    "untaxed": {
        "en": "Tax “none”: zero-rated or exempt supplies.",
        "fr": "Taxe « aucune » : fournitures détaxées ou exonérées.",
    },
    "amounts_in": {"en": "All amounts in", "fr": "Tous les montants en"},
}

METHODS: Words = {
    "stripe": {"en": "Card", "fr": "Carte"},
    "card": {"en": "Card", "fr": "Carte"},
    "gift_card": {"en": "Gift card", "fr": "Carte-cadeau"},
    "cod": {"en": "Cash on delivery", "fr": "Paiement à la livraison"},
    "bacs": {"en": "Bank transfer", "fr": "Virement"},
    "cheque": {"en": "Cheque", "fr": "Chèque"},
    "cash": {"en": "Cash", "fr": "Comptant"},
    "paypal": {"en": "PayPal", "fr": "PayPal"},
}


def invoice_pdf(payload: Payload, issued: Issued) -> bytes:
    """The invoice as PDF/A."""
    return pdf("invoice", template_data(payload, issued))


def template_data(payload: Payload, issued: Issued) -> dict[str, Any]:
    """What the template shows, all of it text."""
    language, currency = language_of(payload), payload["currency"]
    word = {name: words[language] for name, words in WORDS.items()}
    order = payload["order"]
    facts = [
        (word["number"], issued.number or ""),
        ("Date", day_of(issued.on, language)),
        ("Commande" if language == "fr" else "Order", order["order_number"]),
        ("Commandé le" if language == "fr" else "Ordered", day_of(order.get("order_date"), language)),
    ]
    data = paper(payload, word["invoice"], facts, WORDS)
    billed = payload.get("shipping_billed")
    total = decimal(payload["total_amount"]) + decimal((billed or {}).get("total_amount"))
    lines = [line_data(line, payload.get("taxes", []), language) for line in payload["lines"]]
    return data | {
        "parties": _parties(payload, word, data["words"]),
        "about": None,
        "lines": lines,
        "sums": [[name, detail, value] for name, detail, value in _sums(payload, word, language)],
        "total": [f"{data['words']['total']} ({currency})", money(total, currency, language)],
        "settled": [list(row) for row in _payments(payload, language)],
        "balance": _balance(payload, word, language),
        "mark": _mark(payload, word, language),
        "notes": list(_notes(payload, word, any(line["tax"] == word["none"] for line in lines))),
    }


def line_data(line: Payload, taxes: list[Payload], language: Language) -> dict[str, Any]:
    """A line as the table shows it; its tax status in words."""
    rates = [Rate(tax["tax"], decimal(tax["rate"])) for tax in taxes if tax.get("rate")]
    borne_by = borne(decimal(line["total_amount"]), decimal(line["tax_amount"]), rates)
    return {
        "description": line.get("description") or line.get("sku") or "",
        "sku": line.get("sku"),
        "quantity": number(decimal(line["quantity"]), language),
        "price": unit_price(decimal(line.get("unit_price")), language),
        "tax": " + ".join(tax_name(tax, language) for tax in borne_by) or WORDS["none"][language],
        "amount": amount(decimal(line["subtotal_amount"]), language),
    }


def unit_price(value: Decimal, language: Language) -> str:
    """A price to the cent, or to as many as four decimals where it has them."""
    rounded = value.quantize(Decimal("0.0001"))
    if rounded == rounded.quantize(Decimal("0.01")):
        return amount(rounded, language)
    return number(rounded, language)


def tax_rows(
    taxes: list[Payload], language: Language, *, on: str | None = None
) -> Iterator[tuple[str, str | None, str]]:
    """Each tax by itself: its name, province and rate; what it is on, and its registration; the amount."""
    for tax in taxes:
        name = tax_name(tax["tax"], language)
        if tax.get("province"):
            name += f" {tax['province']}"
        if tax.get("rate"):
            name += f" {percent(decimal(tax['rate']), language)}"
        base = amount(decimal(tax["taxable_amount"]), language) if on and tax.get("taxable_amount") else None
        sign = "n\u00ba" if language == "fr" else "No."
        number_ = f"{sign}\u00a0{tax['number']}" if tax.get("number") else None
        detail = " · ".join(part for part in (f"{on} {base}" if base else None, number_) if part)
        yield name, detail or None, amount(decimal(tax["amount"]), language)


def _parties(payload: Payload, word: dict[str, str], shared: dict[str, str]) -> list[list[Any]]:
    billing, delivery = address_of(payload, "billing"), address_of(payload, "delivery")
    if payload.get("is_pickup"):
        return [[word["bill_to"], billing], [shared["pick_up"], []]]
    return [[word["bill_to"], billing or delivery], [shared["ship_to"], delivery or billing]]


def _sums(
    payload: Payload, word: dict[str, str], language: Language
) -> Iterator[tuple[str, str | None, str]]:
    """From the lines' sum to the total; parts of 0 are left out, but shipping that was free is said."""

    def text(value: Decimal) -> str:
        return amount(value, language)

    yield word["subtotal"], None, text(decimal(payload["subtotal_amount"]))
    if decimal(payload.get("discount_amount")):
        yield word["discount"], None, text(-decimal(payload["discount_amount"]))
    if payload.get("shipping_method") or decimal(payload.get("shipping_amount")):
        yield word["shipping"], payload.get("shipping_method"), text(decimal(payload.get("shipping_amount")))
    for fee in payload.get("fees", []):
        yield fee.get("name") or word["fee"], None, text(decimal(fee["amount"]))
    yield from tax_rows(payload.get("taxes", []), language, on=word["on"])
    if decimal(payload.get("rounding_amount")):
        yield word["rounding"], None, text(decimal(payload["rounding_amount"]))
    billed = payload.get("shipping_billed")
    if billed:
        yield word["order_total"], None, text(decimal(payload["total_amount"]))
        yield (
            word["shipping"],
            service_name(billed.get("service_name"), language),
            text(decimal(billed["amount"])),
        )
        yield from tax_rows(billed.get("taxes", []), language)


def _payments(payload: Payload, language: Language) -> Iterator[tuple[str, str]]:
    for payment in payload.get("payments", []):
        words = [method_name(payment, language), day_of(payment.get("paid_on"), language)]
        yield " · ".join(word for word in words if word), amount(-decimal(payment["amount"]), language)


def method_name(payment: Payload, language: Language) -> str:
    """How it was paid, as the customer knows it."""
    method = str(payment.get("method") or "")
    known = METHODS.get("stripe" if method.startswith("stripe_") else method)
    return known[language] if known else str(payment.get("title") or method)


def _balance(payload: Payload, word: dict[str, str], language: Language) -> list[str] | None:
    """What is owed; None where no payment stands between it and the total, or nothing is."""
    owed = decimal(payload.get("balance_amount"))
    if not owed or not payload.get("payments"):
        return None
    return [word["balance"], money(owed, payload["currency"], language)]


def _mark(payload: Payload, word: dict[str, str], language: Language) -> dict[str, Any]:
    owed = decimal(payload.get("balance_amount"))
    if payload["is_paid"]:
        details = [
            day_of(payload.get("paid_on"), language),
            ", ".join(dict.fromkeys(method_name(each, language) for each in payload.get("payments", []))),
        ]
        return {
            "title": word["paid"],
            "details": [line for line in details if line],
            "is_settled": True,
        }
    return {
        "title": money(owed, payload["currency"], language),
        "details": [word["balance"]],
        "is_settled": False,
    }


def _notes(payload: Payload, word: dict[str, str], has_untaxed: bool) -> Iterator[str]:
    if has_untaxed:
        yield word["untaxed"]
    if payload.get("terms"):
        colon = " : " if language_of(payload) == "fr" else ": "
        yield f"{word['terms']}{colon}{payload['terms']}"
    yield f"{word['amounts_in']} {payload['currency']}. {word['thanks']}"
