"""The shop's customers: across the provinces, in both languages, with guests and firms among them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from sandbox.story_things import Customer

PROVINCES = (
    "ON", "QC", "BC", "NS", "AB", "ON", "NB", "QC", "MB",
    "ON", "SK", "NL", "ON", "BC", "PE", "QC", "ON", "AB",
)  # fmt: skip
_TOWNS: dict[str, tuple[tuple[str, str], ...]] = {
    "ON": (("Toronto", "M5V 1A1"), ("Ottawa", "K1P 1J1"), ("Hamilton", "L8P 1A1"), ("Sudbury", "P3E 1A1")),
    "QC": (("Montréal", "H2X 1Y4"), ("Québec", "G1R 2L3"), ("Trois-Rivières", "G9A 1L5")),
    "BC": (("Vancouver", "V6B 1A1"), ("Victoria", "V8W 1A1")),
    "NS": (("Halifax", "B3H 1A1"), ("Sydney", "B1P 1A1")),
    "AB": (("Calgary", "T2P 1A1"), ("Edmonton", "T5J 1A1")),
    "NB": (("Moncton", "E1C 1A1"), ("Fredericton", "E3B 1A1")),
    "MB": (("Winnipeg", "R3C 1A1"),),
    "SK": (("Regina", "S4P 1A1"), ("Saskatoon", "S7K 1A1")),
    "NL": (("St. John's", "A1C 1A1"),),
    "PE": (("Charlottetown", "C1A 1A1"),),
}
_FIRST = (
    "Liam",
    "Olivia",
    "Noah",
    "Emma",
    "Wei",
    "Aisha",
    "Jean-Luc",
    "D'Arcy",
    "Priya",
    "Sven",
    "Ana",
    "Zoë",
)
_FIRST_FRENCH = ("François", "Geneviève", "Benoît", "Chloé", "Étienne", "Hélène", "Loïc", "Marie-Ève")
_LAST = (
    "Smith",
    "MacDonald",
    "O'Neill",
    "Singh",
    "Chen",
    "van der Berg",
    "Okafor",
    "Kowalski",
    "Nguyễn",
    "García",
)
_LAST_FRENCH = ("Tremblay", "Côté", "Lévesque", "Bélanger", "Gagné", "L'Heureux", "Saint-Pierre")
_COMPANIES = (
    "",
    "",
    "",
    "",
    "",
    "Café Soleil inc.",
    "",
    "Northern Lights 🍁 Gifts Ltd",
    "",
    'The "Old Mill" Inn',
)


def is_guest(index: int) -> bool:
    """One customer in four buys without an account."""
    return index % 4 == 3


@lru_cache(maxsize=8192)
def customer(index: int) -> Customer:
    """The customer of that index, the same in every story."""
    province = PROVINCES[index % len(PROVINCES)]
    french = province == "QC"
    first_names, last_names = (_FIRST_FRENCH, _LAST_FRENCH) if french else (_FIRST, _LAST)
    first = first_names[(index * 5 + index // 11) % len(first_names)]
    last = last_names[(index * 3 + index // 7) % len(last_names)]
    towns = _TOWNS[province]
    city, postcode = towns[index % len(towns)]
    number = 10 + index * 7 % 980
    # Now and then a guest orders at a till or by telephone and leaves no address to write to.
    email = "" if index % 52 == 51 else f"{_ascii(first)}.{_ascii(last)}{index}@example.com"
    return Customer(
        index=index,
        customer_id=0 if is_guest(index) else index + 2,
        first_name=first,
        last_name=last,
        company=_COMPANIES[index % len(_COMPANIES)],
        email=email,
        odoo_email=f" {email.title()}" if email and index % 5 == 2 else email,
        phone=f"416555{index % 10000:04d}",
        street=f"{number} rue Principale" if french else f"{number} Maple Lane",
        city=city,
        province=province,
        postcode=postcode,
        language="fr" if french or city == "Moncton" else "en",
    )


def _ascii(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in folded if letter.isalnum())


# Two who are in no list of the shop's customers: they buy without an account.
US_CUSTOMER = Customer(
    index=900_001,
    customer_id=0,
    first_name="Jordan",
    last_name="Miller",
    company="",
    email="jordan.miller@example.com",
    odoo_email="jordan.miller@example.com",
    phone="7165550101",
    street="210 Delaware Ave",
    city="Buffalo",
    province="NY",
    postcode="14202",
    country="US",
)
EXEMPT_CUSTOMER = Customer(
    index=900_002,
    customer_id=0,
    first_name="Ruth",
    last_name="Hill",
    company="Grand River Community School",
    email="purchasing@grandriver.example.com",
    odoo_email="purchasing@grandriver.example.com",
    phone="5195550102",
    street="1 Fourth Line",
    city="Ohsweken",
    province="ON",
    postcode="N0A 1M0",
)
