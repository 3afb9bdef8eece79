"""The customs declaration of a parcel that leaves the country: in both languages, as customs reads it."""

from __future__ import annotations

from typing import Any

from documents.amounts import Language, amount, money, number, weight
from documents.paper import Issued, Payload, address_of, day_of, decimal, language_of, paper
from documents.typeset import pdf
from documents.words import Words, address_lines, country_name

WORDS: Words = {
    "customs_form": {"en": "Customs declaration", "fr": "Déclaration en douane"},
    "sender": {"en": "Sender", "fr": "Expéditeur"},
    "addressee": {"en": "Addressee", "fr": "Destinataire"},
    "contents": {"en": "Contents", "fr": "Contenu"},
    "weight": {"en": "Net weight", "fr": "Poids net"},
    "gross_weight": {"en": "Gross weight", "fr": "Poids brut"},
    "hs_code": {"en": "HS code", "fr": "Code SH"},
    "origin": {"en": "Origin", "fr": "Origine"},
    "value": {"en": "Value", "fr": "Valeur"},
    "tracking": {"en": "Tracking no.", "fr": "N\u00ba de suivi"},
    "service": {"en": "Service", "fr": "Service"},
    "reason": {"en": "Reason for export", "fr": "Motif de l'exportation"},
    "sale": {"en": "Sale of goods", "fr": "Vente de marchandises"},
    "declaration": {
        "en": "The particulars given are correct, and the parcel holds nothing that the mails may not carry.",
        "fr": "Les renseignements donnés sont exacts; l'envoi ne contient aucun objet interdit par la poste.",
    },
    "signature": {"en": "Signature of the sender", "fr": "Signature de l'expéditeur"},
}


def customs_form_pdf(payload: Payload, issued: Issued) -> bytes:
    """The declaration as PDF/A."""
    return pdf("customs_form", template_data(payload, issued))


def template_data(payload: Payload, issued: Issued) -> dict[str, Any]:
    """What the template shows, all of it text; both languages, the customer's first."""
    language = language_of(payload)
    other: Language = "en" if language == "fr" else "fr"
    data = paper(payload, WORDS["customs_form"][language], [], WORDS)
    word = data["words"] | {name: _both(name, language, other) for name in WORDS}
    seller, currency = payload["seller"], payload["currency"]
    seller_address = dict(seller) | {"name": seller["legal_name"]}
    total = sum((decimal(line["value"]) for line in payload["lines"]), decimal(0))
    net = sum((decimal(line.get("weight_g")) for line in payload["lines"]), decimal(0))
    return data | {
        "words": word,
        "subtitle": WORDS["customs_form"][other],
        "facts": [
            [word["order"], payload["order"]["order_number"]],
            [word["date"], day_of(issued.on, language)],
        ],
        "parties": [
            [word["sender"], [*address_lines(seller_address, "", language), *_phone(seller)]],
            [word["addressee"], [*address_of(payload, "delivery"), *_phone(payload)]],
        ],
        "parcel": [
            [name, value]
            for name, value in (
                (word["tracking"], payload.get("tracking_number")),
                (word["service"], payload.get("service_name")),
                (word["gross_weight"], weight(decimal(payload["weight_g"]), language)),
            )
            if value
        ],
        "lines": [_line(line, language) for line in payload["lines"]],
        "sums": [[word["weight"], weight(net, language)]],
        "total": [f"{word['total']} ({currency})", money(total, currency, language)],
        "reason": word["sale"],
    }


def _line(line: Payload, language: Language) -> dict[str, Any]:
    return {
        "description": line["description"],
        "sku": line.get("sku"),
        "quantity": number(decimal(line["quantity"]), language),
        "weight": weight(decimal(line.get("weight_g")), language),
        "hs_code": line.get("hs_code") or "\u2014",
        "origin": country_name(line.get("origin_country"), language) or "\u2014",
        "value": amount(decimal(line["value"]), language),
    }


def _phone(party: Payload) -> list[str]:
    return [str(party["phone"])] if party.get("phone") else []


def _both(name: str, language: Language, other: Language) -> str:
    first, second = WORDS[name][language], WORDS[name][other]
    return first if first == second else f"{first} / {second}"
