"""The words that every document shares, in both languages, and how an address is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.amounts import Language

Words = Mapping[str, Mapping[str, str]]

TAXES_FR = {"GST": "TPS", "HST": "TVH", "QST": "TVQ", "PST": "TVP", "RST": "TVD"}

SHARED: Words = {
    "order": {"en": "Order", "fr": "Commande"},
    "ordered_on": {"en": "Ordered", "fr": "Commandé le"},
    "date": {"en": "Date", "fr": "Date"},
    "page": {"en": "Page", "fr": "Page"},
    "of": {"en": "of", "fr": "de"},
    "item": {"en": "Item", "fr": "Article"},
    "quantity": {"en": "Qty", "fr": "Qté"},
    "ship_to": {"en": "Ship to", "fr": "Livrer à"},
    "pick_up": {"en": "Pick-up in store", "fr": "Ramassage en magasin"},
    "total": {"en": "Total", "fr": "Total"},
}

# Canada Post's own names.
_SERVICES_FR = {
    "Regular Parcel": "Colis standard",
    "Expedited Parcel": "Colis accélérés",
    "Priority": "Priorité",
    "Expedited Parcel USA": "Colis accélérés - É.-U.",
    "Xpresspost - USA": "Xpresspost - É.-U.",
    "Tracked Packet - USA": "Paquet repérable - É.-U.",
    "Tracked Packet - International": "Paquet repérable - International",
    "International Parcel Air": "Colis international - avion",
}

_COUNTRIES: Words = {
    "CA": {"en": "Canada", "fr": "Canada"},
    "US": {"en": "United States", "fr": "États-Unis"},
    "AU": {"en": "Australia", "fr": "Australie"},
    "BE": {"en": "Belgium", "fr": "Belgique"},
    "CH": {"en": "Switzerland", "fr": "Suisse"},
    "CN": {"en": "China", "fr": "Chine"},
    "DE": {"en": "Germany", "fr": "Allemagne"},
    "ES": {"en": "Spain", "fr": "Espagne"},
    "FR": {"en": "France", "fr": "France"},
    "GB": {"en": "United Kingdom", "fr": "Royaume-Uni"},
    "IE": {"en": "Ireland", "fr": "Irlande"},
    "IL": {"en": "Israel", "fr": "Israël"},
    "IT": {"en": "Italy", "fr": "Italie"},
    "JP": {"en": "Japan", "fr": "Japon"},
    "MX": {"en": "Mexico", "fr": "Mexique"},
    "NL": {"en": "Netherlands", "fr": "Pays-Bas"},
    "NZ": {"en": "New Zealand", "fr": "Nouvelle-Zélande"},
}


def words_of(language: Language, *groups: Words) -> dict[str, str]:
    """One language's words of the groups, and the shared ones."""
    return {name: words[language] for group in (SHARED, *groups) for name, words in group.items()}


def tax_name(tax: str, language: Language) -> str:
    """HST, or TVH."""
    return TAXES_FR.get(tax, tax) if language == "fr" else tax


def service_name(name: str | None, language: Language) -> str | None:
    """What the carrier calls a service, in French where it has such a name."""
    return _SERVICES_FR.get(name or "", name) if language == "fr" else name


def country_name(code: str | None, language: Language) -> str:
    """The country's name, or its code where we have none."""
    return _COUNTRIES.get(code or "", {}).get(language, code or "")


def address_lines(address: Mapping[str, Any], home: str, language: Language) -> list[str]:
    """An address as on an envelope; the country where it is not `home`. Empty parts are left out."""
    place = " ".join(_parts(address, "city", "province")) + "\u2002" + (address.get("postal_code") or "")
    lines = [*_parts(address, "name", "company", "street", "street_2"), place.strip()]
    if (address.get("country") or home) != home:
        lines.append(country_name(address["country"], language).upper())
    return [line for line in lines if line]


def _parts(address: Mapping[str, Any], *names: str) -> list[str]:
    return [str(address[name]).strip() for name in names if address.get(name)]
