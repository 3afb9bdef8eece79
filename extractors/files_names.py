"""What the columns of a file are called, in English and French: field -> names, the preferred one first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Names = Mapping[str, tuple[str, ...]]

BANK: Names = {
    "date": (
        "date posted", "posted date", "posting date", "date de comptabilisation", "date comptable",
        "date d inscription", "date", "transaction date", "date de transaction", "date de la transaction",
        "date d operation", "date operation",
    ),
    "amount": (
        "amount", "transaction amount", "amount cad", "cad", "montant", "montant de la transaction",
        "montant cad",
    ),
    "debit": (
        "debit", "debits", "debit amount", "withdrawal", "withdrawals", "money out", "funds out", "paid out",
        "montant debit", "retrait", "retraits",
    ),
    "credit": (
        "credit", "credits", "credit amount", "deposit", "deposits", "money in", "funds in", "paid in",
        "montant credit", "depot", "depots",
    ),
    "direction": ("debit credit", "credit debit", "dr cr", "cr dr", "transaction type", "type",
                  "type de transaction"),
    "description": (
        "description", "description 1", "description 2", "transaction description", "details",
        "transaction details", "narrative", "particulars", "payee", "name", "memo", "libelle",
        "description de la transaction", "beneficiaire", "nom",
    ),
    "account": ("account", "account number", "account no", "compte", "numero de compte", "no de compte",
                "no compte"),
    "currency": ("currency", "currency code", "devise", "code devise"),
}  # fmt: skip

_DAY = ("date", "invoice date", "date de facture", "date de la facture")
_REFERENCE = (
    "reference", "ref", "reference number", "reference no", "numero de reference", "no de reference",
)  # fmt: skip
_CURRENCY = ("currency", "devise")

POSTAGE: Names = {
    "reference": _REFERENCE,
    "date": (*_DAY, "ship date", "date d expedition", "date d envoi"),
    "order": ("order", "order number", "order no", "web order", "commande", "numero de commande",
              "no de commande", "no commande"),
    "service": ("service",),
    "tracking": ("tracking", "tracking number", "tracking no", "pin", "suivi", "numero de suivi", "reperage",
                 "numero de reperage", "no de reperage"),
    "amount": ("amount", "amount before tax", "montant", "montant avant taxe", "montant avant taxes"),
    "gst": ("gst", "tps"),
    "hst": ("hst", "tvh"),
    "hst_province": ("hst province", "province", "province tvh", "province de la tvh"),
    "qst": ("qst", "tvq"),
    "currency": _CURRENCY,
}  # fmt: skip

IMPORTS: Names = {
    "reference": _REFERENCE,
    "date": _DAY,
    "supplier": ("supplier", "vendor", "fournisseur"),
    "description": ("description", "goods", "marchandises"),
    "cost": ("cost", "value for duty", "cout", "valeur en douane"),
    "currency": _CURRENCY,
    "duty_rate": ("duty rate", "rate of duty", "taux de droits", "taux des droits", "taux de droit"),
    "duty": ("duty", "duties", "droits", "droits de douane", "droit de douane"),
    "gst": ("gst", "tps"),
    "broker_fee": ("broker fee", "brokerage", "brokerage fee", "courtage", "frais de courtage"),
}  # fmt: skip


def plain(text: str) -> str:
    """Words in lower case without accents and signs: 'Numéro de repérage' as it is compared above."""
    bare = (
        unicodedata.normalize("NFKD", text.replace("\u2019", "'")).encode("ascii", "ignore").decode().lower()
    )
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def columns(header: list[str], names: Names) -> dict[str, list[int]]:
    """Where each field stands in the header, the preferred column first."""
    found: dict[str, list[int]] = {}
    written = [plain(cell) for cell in header]
    for field, called in names.items():
        places = [place for name in called for place, cell in enumerate(written) if cell == name]
        if places:
            found[field] = places
    return found
