"""The catalogue and the baskets, from the cut of real trading data in data/ (see data/README.md).

`COUNTERFLOW_TRADING_DATA` may name a larger file of the same columns (.csv or .csv.xz) for the baskets.
"""

from __future__ import annotations

import csv
import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from sandbox.story_things import Product, Sku

DATA = Path(__file__).parent / "data"
FIRST_PRODUCT_ID = 11
LARGEST_QUANTITY = 12
LARGEST_BASKET = 4

# How a few goods are known in the two systems, so that matching has something to do.
_ODOO_CODES: dict[str, tuple[str, ...]] = {
    "22558": (),  # the web shop's only
    "22090": ("22090", "22090"),  # entered twice
    "82494L": (" 82494l ",),  # same code, written differently
    "22326": ("SNACK-BOX-4",),  # another code, same barcode
}
_ODOO_ONLY = ("22379",)
_UNCOUNTED = ("21790",)
SHORT = "85099B"  # sold faster than it comes in
_SOLD_OUT_TOO = "Bags"  # the web shop takes orders of these when it has none
_UNMEASURED = ("21790",)
# what customs want to know: tariff heading, country it was made in
_CUSTOMS = {
    "Bags": ("4202.92", "IN"),
    "Decoration": ("9505.90", "CN"),
    "Kitchen": ("6912.00", "GB"),
    "Books": ("4901.99", "CA"),
    "Groceries": ("1702.20", "CA"),
}


def _uncounted(product_id: int, code: str, name: str, price_cents: int, category: str, weight_g: int) -> Sku:
    hs_code, origin = _CUSTOMS.get(category, ("", ""))
    return Sku(
        code=code,
        name=name,
        price_cents=price_cents,
        cost_cents=0,
        barcode="",
        weight_g=weight_g,
        category=category,
        product_id=product_id,
        variation_id=0,
        parent_name=None,
        attribute="",
        option="",
        manages_stock=False,
        odoo_codes=(),
        size_mm=_size_mm(code, category, weight_g),
        hs_code=hs_code,
        origin=origin,
    )


def _size_mm(code: str, category: str, weight_g: int) -> tuple[int, int, int] | None:
    """As it is packed: bags folded flat, parasols long, the heavier the thicker."""
    if not weight_g or code in _UNMEASURED:
        return None
    if code.startswith("15056"):
        return (880, 90, 90)
    sizes = {
        "Bags": (320, 260, 15 + weight_g // 30),
        "Kitchen": (180, 140, 30 + weight_g // 12),
        "Books": (240, 170, 20),
        "Groceries": (160, 80, 80),
    }
    return sizes.get(category, (200, 150, 20 + weight_g // 15))


# The web shop's only, and not counted. Their ids come after those of the file.
GIFT_CARD = replace(_uncounted(901, "GIFT-50", "Gift Card", 5000, "Gift cards", 0), is_gift_card=True)
BOOK = replace(_uncounted(902, "BOOK-1", "A Year on Maple Lane", 2495, "Books", 410), tax_class="books")
GROCERIES = replace(
    _uncounted(903, "SYRUP-1", "Maple Syrup 540 ml", 1299, "Groceries", 760), tax_class="zero-rate"
)
WITHOUT_STOCK = tuple(
    Product(sku.product_id or 0, sku.code, sku.name, sku.category, "", (sku,))
    for sku in (GIFT_CARD, BOOK, GROCERIES)
)

Basket = tuple[tuple[Sku, int], ...]


def load_products() -> tuple[tuple[Product, ...], tuple[Sku, ...]]:
    """The web shop's products, and every Sku of the business, Odoo's own included."""
    with open(DATA / "catalogue.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    families: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        families.setdefault(row["parent_sku"] or row["sku"], []).append(row)
    products: list[Product] = []
    skus: list[Sku] = []
    next_id = FIRST_PRODUCT_ID
    for code, members in families.items():
        if code in _ODOO_ONLY:
            skus.append(_sku(members[0], None, 0))
            continue
        attribute = members[0]["attribute"]
        product_id, next_id = next_id, next_id + 1 + (len(members) if attribute else 0)
        own = tuple(
            _sku(row, product_id, product_id + 1 + place if attribute else 0)
            for place, row in enumerate(members)
        )
        name = members[0]["parent_name"] or members[0]["name"]
        products.append(Product(product_id, code, name, members[0]["category"], attribute, own))
        skus.extend(own)
    return tuple(products), tuple(skus)


def _sku(row: dict[str, str], product_id: int | None, variation_id: int) -> Sku:
    code, weight_g = row["sku"], int(row["weight_g"])
    hs_code, origin = _CUSTOMS[row["category"]] if code not in _UNMEASURED else ("", "")
    return Sku(
        code=code,
        name=row["name"],
        price_cents=_cents(row["price"]),
        cost_cents=_cents(row["cost"]),
        barcode=row["barcode"],
        weight_g=weight_g,
        category=row["category"],
        product_id=product_id,
        variation_id=variation_id,
        parent_name=row["parent_name"] or None,
        attribute=row["attribute"],
        option=row["option"],
        manages_stock=code not in _UNCOUNTED,
        odoo_codes=_ODOO_CODES.get(code, (code,)),
        size_mm=_size_mm(code, row["category"], weight_g),
        hs_code=hs_code,
        origin=origin,
        is_sold_out_too=row["category"] == _SOLD_OUT_TOO,
    )


def _cents(text: str) -> int:
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents)


def load_baskets(skus: tuple[Sku, ...]) -> tuple[Basket, ...]:
    """What real customers bought together: the first lines of each invoice, quantities as they were
    up to LARGEST_QUANTITY, returns and goods we do not sell left out."""
    by_code = {sku.code: sku for sku in skus}
    baskets: dict[str, dict[str, tuple[Sku, int]]] = {}
    with _open_trading_data() as file:
        for row in csv.DictReader(file):
            sku = by_code.get(row["StockCode"].upper())
            quantity = int(row["Quantity"])
            basket = baskets.setdefault(row["InvoiceNo"], {})
            if sku is not None and quantity > 0 and len(basket) < LARGEST_BASKET:
                basket[sku.code] = (sku, min(quantity, LARGEST_QUANTITY))
    return tuple(tuple(basket.values()) for basket in baskets.values() if basket)


@contextmanager
def _open_trading_data() -> Iterator[TextIO]:
    path = Path(os.environ.get("COUNTERFLOW_TRADING_DATA") or DATA / "online_retail_cut.csv")
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield file
