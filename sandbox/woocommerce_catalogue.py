"""WooCommerce's products and variations as records, and what happens to their stock."""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.clock import Clock
from sandbox.journal import Journal
from sandbox.story import Product, Sku, Story
from sandbox.story_catalogue import DATA
from sandbox.woocommerce_http import Refusal
from sandbox.woocommerce_money import from_gmt, gmt, local, money

Record = dict[str, Any]
SYSTEM = "woocommerce"
FIRST_NEW_ID = 9_000_001
FIRST_NEW_ROW_ID = 5_000_001
_BLANK: dict[str, Record] = orjson.loads((DATA / "woocommerce_blank.json").read_bytes())
_CATEGORY_IDS = {"Bags": 2, "Decoration": 3, "Kitchen": 4, "Gift cards": 5, "Books": 6, "Groceries": 7}


class Catalogue:
    """Every product and variation, in memory (a shop has few), with the ids that new records take."""

    def __init__(self, story: Story, clock: Clock, journal: Journal) -> None:
        """The story's goods with the web shop's stock, then what the journal knows to have changed."""
        self._clock = clock
        self._journal = journal
        self.products: dict[int, Record] = {}
        self.variations: dict[int, Record] = {}
        listed = int(story.counted_at.timestamp()) - 30 * 24 * 3600
        for product in story.products:
            self.products[product.product_id] = _product_record(product, story.web_stock, listed)
            if product.is_variable:
                for sku in product.skus:
                    self.variations[sku.variation_id] = _variation_record(
                        product, sku, story.web_stock, listed
                    )
        for kind, records in (("product", self.products), ("variation", self.variations)):
            for key, body in journal.load(SYSTEM, kind):
                if body is None:
                    records.pop(int(key), None)
                else:
                    records[int(key)] = body
        self._last_id = max([FIRST_NEW_ID - 1, *self.products, *self.variations])
        for _, body in journal.load(SYSTEM, "last_id"):
            self._last_id = max(self._last_id, int(body))
        self._last_row_id = FIRST_NEW_ROW_ID - 1
        for _, body in journal.load(SYSTEM, "last_row_id"):
            self._last_row_id = int(body)

    def new_row_id(self) -> int:
        """An id for a note or a row of meta: WordPress counts those apart from the records."""
        self._last_row_id += 1
        self._journal.put(SYSTEM, "last_row_id", "", self._last_row_id)
        return self._last_row_id

    def new_id(self) -> int:
        """An id no record of the site has (products, orders' refunds, customers share them here)."""
        self._last_id += 1
        self._journal.put(SYSTEM, "last_id", "", self._last_id)
        return self._last_id

    def find(self, product_id: int, variation_id: int = 0) -> Record | None:
        """The product, or its variation where one is named."""
        return self.variations.get(variation_id) if variation_id else self.products.get(product_id)

    def by_sku(self, sku: str) -> Record | None:
        """The product or variation of that SKU, written the same."""
        every = (*self.products.values(), *self.variations.values())
        return next(
            (record for record in every if record["sku"] == sku and record["status"] != "trash"), None
        )

    def changed(self, record: Record) -> None:
        """The record is saved with a new date_modified; a variation's change shows on its parent too."""
        kind = "variation" if record.get("type") == "variation" else "product"
        record["date_modified"] = local(self._clock.timestamp())
        record["date_modified_gmt"] = gmt(self._clock.timestamp())
        (self.variations if kind == "variation" else self.products)[record["id"]] = record
        self._journal.put(SYSTEM, kind, str(record["id"]), record)
        if kind == "variation" and record["parent_id"] in self.products:
            parent = self.products[record["parent_id"]]
            family = {v["stock_status"] for v in self.variations.values() if v["parent_id"] == parent["id"]}
            best = [status for status in ("instock", "onbackorder") if status in family]
            parent["stock_status"] = best[0] if best else "outofstock"
            self.changed(parent)

    def deleted(self, record: Record) -> None:
        """The record is gone for good."""
        kind = "variation" if record.get("type") == "variation" else "product"
        (self.variations if kind == "variation" else self.products).pop(record["id"], None)
        self._journal.put(SYSTEM, kind, str(record["id"]), None)

    def move_stock(self, product_id: int, variation_id: int, quantity: int) -> bool:
        """Add (or take, when negative) so many; False where the shop does not manage that stock."""
        record = self.find(product_id, variation_id)
        if record is None or not record["manage_stock"]:
            return False
        set_stock(record, (record["stock_quantity"] or 0) + quantity)
        if quantity < 0 and "total_sales" in record:
            record["total_sales"] = int(record["total_sales"]) - quantity
        self.changed(record)
        return True

    def check_sku_is_free(self, sku: str, own_id: int) -> None:
        """No other record has the SKU, else the server's refusal."""
        other = self.by_sku(sku) if sku else None
        if other is not None and other["id"] != own_id:
            raise Refusal(
                "product_invalid_sku",
                "Invalid or duplicated SKU.",
                400,
                resource_id=other["id"],
                unique_sku=f"{sku}-1",
            )


def set_stock(record: Record, quantity: int) -> None:
    """The quantity is set and stock_status follows it."""
    record["stock_quantity"] = quantity
    backorder = record.get("backorders", "no") != "no"
    record["stock_status"] = "instock" if quantity > 0 else ("onbackorder" if backorder else "outofstock")
    record["backordered"] = record["stock_status"] == "onbackorder"


def modified(record: Record) -> int:
    """When the record last changed, seconds since 1970."""
    return from_gmt(record["date_modified_gmt"])


def price_html(price: str) -> str:
    """The price as the shop's pages show it."""
    symbol = '<span class="woocommerce-Price-currencySymbol" translate="no">&#36;</span>'
    return f'<span class="woocommerce-Price-amount amount"><bdi>{symbol}{price}</bdi></span>' if price else ""


def blank_product(identity: int, created: int) -> Record:
    """A simple product as it is before anything is said about it."""
    slug = f"product-{identity}"
    own = {"id": identity, "slug": slug, "permalink": f"http://127.0.0.1/product/{slug}/", "parent_id": 0}
    return _copy(_BLANK["product"]) | own | _dates(created)


def blank_variation(identity: int, parent_id: int, created: int) -> Record:
    """A variation as it is before anything is said about it."""
    link = f"http://127.0.0.1/product/product-{parent_id}/?variation={identity}"
    own = {"id": identity, "permalink": link, "parent_id": parent_id}
    return _copy(_BLANK["variation"]) | own | _dates(created)


def _dates(created: int) -> Record:
    dates: Record = {"date_created": local(created), "date_created_gmt": gmt(created)}
    return dates | {"date_modified": local(created), "date_modified_gmt": gmt(created)}


def _copy(record: Record) -> Record:
    copy: Record = orjson.loads(orjson.dumps(record))
    return copy


def _product_record(product: Product, stock: dict[str, int], listed: int) -> Record:
    record = blank_product(product.product_id, listed)
    price = money(product.skus[0].price_cents)
    slug = "-".join("".join(c if c.isalnum() else " " for c in product.name.lower()).split())
    record |= {
        "name": product.name,
        "slug": slug,
        "permalink": f"http://127.0.0.1/product/{slug}/",
        "sku": product.code,
        "price": price,
        "purchasable": True,
        "price_html": price_html(price),
        "categories": [
            {
                "id": _CATEGORY_IDS[product.category],
                "name": product.category,
                "slug": product.category.lower(),
            }
        ],
    }
    if product.is_variable:
        options = [sku.option for sku in product.skus]
        attribute = {"id": 0, "name": product.attribute, "slug": product.attribute, "position": 0}
        record |= {
            "type": "variable",
            "attributes": [attribute | {"visible": True, "variation": True, "options": options}],
            "variations": [sku.variation_id for sku in product.skus],
            "has_options": True,
            "meta_data": _customs_meta(product.product_id, product.skus[0]),
        }
        return record
    record |= {"regular_price": price, "tax_class": product.skus[0].tax_class}
    if product.skus[0].is_gift_card:
        record |= {"virtual": True, "tax_status": "none", "shipping_required": False}
    return record | _stock_fields(product.skus[0], stock)


def _variation_record(product: Product, sku: Sku, stock: dict[str, int], listed: int) -> Record:
    price = money(sku.price_cents)
    attribute = {"id": 0, "name": sku.attribute, "slug": sku.attribute.lower(), "option": sku.option}
    record = blank_variation(sku.variation_id, product.product_id, listed)
    record |= {"sku": sku.code, "price": price, "regular_price": price, "purchasable": True}
    return record | {"attributes": [attribute], "name": sku.option} | _stock_fields(sku, stock)


def _customs_meta(identity: int, sku: Sku) -> list[Record]:
    """What customs want to know, where the shop's customs plugins keep it."""
    rows = (("hs_code", sku.hs_code), ("country_of_origin", sku.origin))
    return [
        {"id": identity * 32 + place, "key": key, "value": value}
        for place, (key, value) in enumerate(rows)
        if value
    ]


def _stock_fields(sku: Sku, stock: dict[str, int]) -> Record:
    weight = f"{sku.weight_g / 1000:g}" if sku.weight_g else ""
    fields: Record = {"weight": weight, "global_unique_id": sku.barcode, "manage_stock": sku.manages_stock}
    fields["meta_data"] = _customs_meta(sku.variation_id or sku.product_id or 0, sku)
    if sku.size_mm:
        names = ("length", "width", "height")
        fields["dimensions"] = {name: f"{side / 10:g}" for name, side in zip(names, sku.size_mm, strict=True)}
    if sku.is_sold_out_too:
        fields |= {"backorders": "notify", "backorders_allowed": True}
    if sku.manages_stock:
        set_stock(fields, stock[sku.code])
    return fields
