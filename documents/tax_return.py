"""The working paper of a sales tax return: what was collected, what comes back, what is owed, and the proof.

One paper per authority and period, for the person who files the return: the lines of the form, how they come
about by tax and province, what moved on the tax accounts without being of a return, and each tax account
beside the books. The CSV has every line of the books behind it. Amounts are Decimal in the books' currency.
"""

from __future__ import annotations

import csv as csv_format
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from documents.amounts import Language, amount, month
from documents.typeset import pdf

AUTHORITIES: dict[str, dict[str, str]] = {
    "gst_hst": {"en": "GST/HST", "fr": "TPS/TVH"},
    "qst": {"en": "QST (Quebec)", "fr": "TVQ (Québec)"},
    "bc_pst": {"en": "PST (British Columbia)", "fr": "TVP (Colombie-Britannique)"},
    "sk_pst": {"en": "PST (Saskatchewan)", "fr": "TVP (Saskatchewan)"},
    "mb_rst": {"en": "RST (Manitoba)", "fr": "TVD (Manitoba)"},
    "unassigned": {"en": "Tax accounts, no tax named", "fr": "Comptes de taxes, taxe non précisée"},
}
_TAXES_FR = {"GST": "TPS", "HST": "TVH", "QST": "TVQ", "PST": "TVP", "RST": "TVD"}
# The numbers of the lines on the forms: GST34 of the Canada Revenue Agency, FPZ-500 of Revenu Québec.
_NUMBERS = {
    "gst_hst": {"sales": "101", "collected": "103", "recoverable": "106", "net": "109"},
    "qst": {"sales": "101", "collected": "203", "recoverable": "206", "net": "209"},
}
_WORDS: dict[str, dict[str, str]] = {
    "title": {"en": "Sales tax return", "fr": "Déclaration de taxes de vente"},
    "subtitle": {"en": "Working paper", "fr": "Feuille de travail"},
    "period": {"en": "Period", "fr": "Période"},
    "number": {"en": "Registration", "fr": "Inscription"},
    "currency": {"en": "Amounts in", "fr": "Montants en"},
    "line": {"en": "Line", "fr": "Ligne"},
    "sales": {
        "en": "Total sales and other revenue, before tax",
        "fr": "Ventes et autres revenus, avant taxes",
    },
    "taxable": {"en": "Sales that were taxed, as far as known", "fr": "Ventes taxées, dans la mesure connue"},
    "collected": {
        "en": "Tax collected, less tax given back",
        "fr": "Taxe perçue, moins la taxe remise",
    },
    "recoverable": {
        "en": "Recoverable: input tax credits and refunds",
        "fr": "Récupérable : crédits et remboursements de taxe",
    },
    "collected_short": {"en": "Collected", "fr": "Perçue"},
    "recoverable_short": {"en": "Recoverable", "fr": "Récupérable"},
    "net": {"en": "Net tax to pay", "fr": "Taxe nette à payer"},
    "refund": {"en": "Net tax to get back", "fr": "Taxe nette à recevoir"},
    "by_tax": {"en": "By tax and province", "fr": "Par taxe et province"},
    "tax": {"en": "Tax", "fr": "Taxe"},
    "province": {"en": "Province", "fr": "Province"},
    "base": {"en": "Taxed sales", "fr": "Ventes taxées"},
    "base_unknown": {"en": "Tax without a base", "fr": "Taxe sans base"},
    "others": {
        "en": "Other movements on the tax accounts, not in the net tax",
        "fr": "Autres mouvements des comptes de taxes, hors de la taxe nette",
    },
    "others_note": {
        "en": "Payments to the authority, and entries that name no tax. A correction belongs on the return.",
        "fr": "Paiements à l'administration et écritures sans taxe précisée. Une correction se déclare.",
    },
    "none": {"en": "None.", "fr": "Aucun."},
    "day": {"en": "Day", "fr": "Jour"},
    "entry": {"en": "Entry", "fr": "Écriture"},
    "words": {"en": "Words", "fr": "Libellé"},
    "amount": {"en": "Amount", "fr": "Montant"},
    "proof": {"en": "Proof against the books", "fr": "Preuve par les livres"},
    "proof_note": {
        "en": "Each tax account of this return by month, credit less debit; it may serve others too.",
        "fr": "Chaque compte de la déclaration par mois, crédit moins débit; il peut servir à d'autres.",
    },
    "account": {"en": "Account", "fr": "Compte"},
    "month": {"en": "Month", "fr": "Mois"},
    "papers": {"en": "Papers", "fr": "Feuilles"},
    "books": {"en": "Books", "fr": "Livres"},
    "difference": {"en": "Difference", "fr": "Différence"},
    "total": {"en": "Total", "fr": "Total"},
    "agrees": {
        "en": "The papers are the books, to the cent.",
        "fr": "Les feuilles concordent avec les livres, au cent près.",
    },
    "differs": {
        "en": "Not to be filed: the papers and the books differ.",
        "fr": "Ne pas produire : les feuilles et les livres diffèrent.",
    },
    "unknown_base_note": {
        "en": "Odoo's own entries (the till) do not tell what their tax was on; line 101 has their sales.",
        "fr": "Les écritures d'Odoo (la caisse) ne disent pas la base; la ligne 101 a leurs ventes.",
    },
}


@dataclass(frozen=True)
class TaxSum:
    """One tax of one province (None: one line for all). base_unknown: tax on lines that tell no base."""

    tax: str
    province: str | None
    base: Decimal
    base_unknown: Decimal
    collected: Decimal
    recoverable: Decimal


@dataclass(frozen=True)
class OtherMovement:
    """A line on a tax account that is of no return. amount: credit less debit."""

    day: date
    entry: str
    account: str
    words: str
    amount: Decimal


@dataclass(frozen=True)
class Proof:
    """One tax account in one month: the papers and the books."""

    account: str
    month: date
    papers: Decimal
    books: Decimal
    unmatched: str | None


@dataclass(frozen=True)
class TaxReturn:
    """Everything on the paper. sales: line 101, None where the authority does not ask for it."""

    authority: str
    first_month: date
    last_month: date
    legal_name: str
    address: str
    registration: str | None
    currency: str
    sales: Decimal | None
    sums: tuple[TaxSum, ...]
    others: tuple[OtherMovement, ...]
    proofs: tuple[Proof, ...]

    @property
    def collected(self) -> Decimal:
        """Collected, less given back."""
        return sum((each.collected for each in self.sums), Decimal(0))

    @property
    def recoverable(self) -> Decimal:
        """What comes back."""
        return sum((each.recoverable for each in self.sums), Decimal(0))

    @property
    def net(self) -> Decimal:
        """What is owed; below zero: what is to get back."""
        return self.collected - self.recoverable

    @property
    def is_proven(self) -> bool:
        """The papers are the books."""
        return all(each.papers == each.books and not each.unmatched for each in self.proofs)


def figures(paper: TaxReturn, language: Language) -> list[tuple[str, str, Decimal]]:
    """The lines of the form: number (or none), words, amount."""
    numbers = _NUMBERS.get(paper.authority, {})
    found: list[tuple[str, Decimal]] = []
    if paper.sales is not None:
        found.append(("sales", paper.sales))
    else:
        found.append(("taxable", sum((each.base for each in paper.sums), Decimal(0))))
    found += [("collected", paper.collected), ("recoverable", paper.recoverable), ("net", paper.net)]
    return [
        (numbers.get(name, ""), _WORDS["refund" if name == "net" and value < 0 else name][language], value)
        for name, value in found
    ]


def tax_return_pdf(paper: TaxReturn, language: Language) -> bytes:
    """The working paper as PDF/A."""
    return pdf("tax_return", template_data(paper, language))


def template_data(paper: TaxReturn, language: Language) -> dict[str, Any]:
    """What the template shows, all of it text."""

    def money(value: Decimal) -> str:
        return amount(value, language)

    period = month(paper.first_month, language)
    if paper.last_month != paper.first_month:
        period += f" \u2013 {month(paper.last_month, language)}"
    return {
        "language": language,
        "words": {name: words[language] for name, words in _WORDS.items()},
        "authority": AUTHORITIES[paper.authority][language],
        "period": period,
        "legal_name": paper.legal_name,
        "address": paper.address,
        "registration": paper.registration,
        "currency": paper.currency,
        "figures": [[number, words, money(value)] for number, words, value in figures(paper, language)],
        "has_unknown_base": any(each.base_unknown for each in paper.sums),
        "sums": [
            [
                _tax(each.tax, language), each.province or "", money(each.base), money(each.base_unknown),
                money(each.collected), money(each.recoverable),
            ]
            for each in paper.sums
        ],
        "sums_total": [
            money(sum((each.base for each in paper.sums), Decimal(0))),
            money(sum((each.base_unknown for each in paper.sums), Decimal(0))),
            money(paper.collected),
            money(paper.recoverable),
        ],
        "others": [
            [each.day.isoformat(), each.entry, each.account, each.words, money(each.amount)]
            for each in paper.others
        ],
        "proofs": [
            [
                each.account, month(each.month, language), money(each.papers), money(each.books),
                money(each.papers - each.books),
            ]
            for each in paper.proofs
        ],
        "unmatched": [each.unmatched for each in paper.proofs if each.unmatched],
        "is_proven": paper.is_proven,
    }  # fmt: skip


CSV_COLUMNS: dict[str, dict[str, str]] = {
    "entry_date": {"en": "day", "fr": "jour"},
    "entry_number": {"en": "entry", "fr": "écriture"},
    "account_code": {"en": "account", "fr": "compte"},
    "tax": {"en": "tax", "fr": "taxe"},
    "province": {"en": "province", "fr": "province"},
    "kind": {"en": "kind", "fr": "genre"},
    "base_amount": {"en": "base", "fr": "base"},
    "tax_amount": {"en": "tax amount", "fr": "montant de taxe"},
    "line_name": {"en": "words", "fr": "libellé"},
    "event_kind": {"en": "event", "fr": "événement"},
    "order_id": {"en": "order", "fr": "commande"},
}
_KINDS_FR = {"collected": "perçue", "recoverable": "récupérable", "other": "autre"}


def tax_return_csv(lines: Iterable[Mapping[str, Any]], language: Language) -> bytes:
    """Every line of the books behind a return (rows of tax_return_lines), for a spreadsheet.

    UTF-8 with its mark. Numbers have a point in both languages, so that a program reads them; text that a
    spreadsheet would take for a formula has an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv_format.writer(text)
    writer.writerow([names[language] for names in CSV_COLUMNS.values()])
    for line in lines:
        writer.writerow([_cell(name, line[name], language) for name in CSV_COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _cell(name: str, value: Any, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if name == "tax":
        return _tax(value, language)
    if name == "kind" and language == "fr":
        return _KINDS_FR[value]
    cell = str(value)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _tax(tax: str, language: Language) -> str:
    return _TAXES_FR.get(tax, tax) if language == "fr" else tax
