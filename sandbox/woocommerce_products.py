"""WooCommerce's product and variation addresses: lists, one by one, and batches."""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.distort import Distortions
from sandbox.woocommerce_catalogue import (
    Catalogue,
    blank_product,
    blank_variation,
    modified,
    price_html,
    set_stock,
)
from sandbox.woocommerce_http import (
    ALL_METHODS,
    Answer,
    Call,
    Refusal,
    links,
    only_fields,
    page_of,
    run_batch,
)
from sandbox.woocommerce_meta import set_meta
from sandbox.woocommerce_money import format_decimal, from_gmt

Record = dict[str, Any]
_PLAIN = (
    "name", "slug", "status", "type", "description", "short_description", "tax_status", "tax_class",
    "backorders", "global_unique_id", "catalog_visibility", "dimensions", "categories", "tags", "images",
    "attributes", "menu_order", "low_stock_amount", "virtual", "shipping_class", "purchase_note",
    "stock_status",
)  # fmt: skip
_ORDER_KEYS = (
    "date",
    "id",
    "include",
    "title",
    "slug",
    "modified",
    "price",
    "popularity",
    "rating",
    "menu_order",
)


class ProductCalls:
    """What a client asks of /products."""

    def __init__(self, catalogue: Catalogue, clock: Clock, distortions: Distortions) -> None:
        """Serve that catalogue."""
        self._distortions = distortions
        self._catalogue = catalogue
        self._clock = clock

    def list_products(self, call: Call) -> Answer:
        """A page of products; `sku` finds variations too, as on a real server."""
        records = list(self._catalogue.products.values())
        skus = set(call.items("sku"))
        if skus:
            records = [r for r in (*records, *self._variations_as_products()) if r["sku"] in skus]
        statuses = set(call.items("status")) - {"any"}
        records = [r for r in records if (r["status"] in statuses if statuses else r["status"] != "trash")]
        if types := set(call.items("type")):
            records = [r for r in records if r["type"] in types]
        return self._page(call, records)

    def _variations_as_products(self) -> list[Record]:
        shown = []
        for record in self._catalogue.variations.values():
            parent = self._catalogue.products.get(record["parent_id"], {})
            name = f"{parent.get('name', '')} - {record['name']}"
            shown.append(
                blank_product(record["id"], 0)
                | {key: value for key, value in record.items() if key not in ("image", "gallery_image_ids")}
                | {
                    "name": name,
                    "slug": "-".join(name.lower().split()),
                    "total_sales": "0",
                    "reviews_allowed": False,
                }
                | {"price_html": price_html(record["price"])}
            )
        return shown

    def list_variations(self, call: Call, product_id: int) -> Answer:
        """A page of one product's variations."""
        self._product(product_id, 404)
        records = [r for r in self._catalogue.variations.values() if r["parent_id"] == product_id]
        if skus := set(call.items("sku")):
            records = [r for r in records if r["sku"] in skus]
        return self._page(call, [r for r in records if r["status"] != "trash"])

    def list_all_variations(self, call: Call) -> Answer:
        """A page of the variations of all products (GET /variations)."""
        records = list(self._catalogue.variations.values())
        if skus := set(call.items("sku")):
            records = [r for r in records if r["sku"] in skus]
        return self._page(call, [r for r in records if r["status"] != "trash"])

    def _page(self, call: Call, records: list[Record]) -> Answer:
        after, before = call.moment("modified_after"), call.moment("modified_before")
        if after is not None:
            records = [r for r in records if modified(r) > after]
        if before is not None:
            records = [r for r in records if modified(r) < before]
        if include := call.ids("include"):
            records = [r for r in records if r["id"] in include]
        if exclude := call.ids("exclude"):
            records = [r for r in records if r["id"] not in exclude]
        if text := call.text("search").lower():
            records = [r for r in records if text in r["name"].lower() or text in r["sku"].lower()]
        key = call.choice("orderby", "date", _ORDER_KEYS)
        descending = call.choice("order", "desc", ("asc", "desc")) == "desc"
        # Products sort by the site's local time, also under orderby=modified.
        by = {"id": "id", "modified": "date_modified", "title": "name", "slug": "name"}.get(
            key, "date_created"
        )
        records.sort(key=lambda r: (r[by], r["id"]), reverse=descending)
        offset, size = call.page
        return page_of(call, (self._shown(call, r) for r in records[offset : offset + size]), len(records))

    def get_product(self, call: Call, product_id: int) -> Answer:
        """One product."""
        return Answer(only_fields(call, self._shown(call, self._product(product_id, 404))))

    def get_variation(self, call: Call, product_id: int, variation_id: int) -> Answer:
        """One variation of a product."""
        return Answer(only_fields(call, self._shown(call, self._variation(product_id, variation_id, 404))))

    def create_product(self, call: Call) -> Answer:
        """A new product."""
        return Answer(self._create(call, call.body), 201)

    def create_variation(self, call: Call, product_id: int) -> Answer:
        """A new variation of a product."""
        return Answer(self._create_variation(call, product_id, call.body), 201)

    def update_product(self, call: Call, product_id: int) -> Answer:
        """The product as it is after the change; an empty change bumps its date too."""
        return Answer(self._update(call, self._product(product_id, 400), call.body))

    def update_variation(self, call: Call, product_id: int, variation_id: int) -> Answer:
        """The variation as it is after the change."""
        return Answer(self._update(call, self._variation(product_id, variation_id, 400), call.body))

    def delete_product(self, call: Call, product_id: int) -> Answer:
        """To the bin, or gone for good with force=true; the answer shows the old status."""
        return Answer(self._delete(call, self._product(product_id, 404), call.flag("force")))

    def delete_variation(self, call: Call, product_id: int, variation_id: int) -> Answer:
        """The same for a variation."""
        return Answer(self._delete(call, self._variation(product_id, variation_id, 404), call.flag("force")))

    def batch_products(self, call: Call) -> Answer:
        """Up to 100 changes, each on its own."""
        return run_batch(
            call,
            lambda item: self._create(call, item),
            lambda item: self._update(call, self._product(int(item.get("id") or 0), 400), item),
            lambda key: self._delete(call, self._product(key, 404), True),
        )

    def batch_variations(self, call: Call, product_id: int) -> Answer:
        """Up to 100 changes of one product's variations."""
        return run_batch(
            call,
            lambda item: self._create_variation(call, product_id, item),
            lambda item: self._update(call, self._variation(product_id, int(item.get("id") or 0), 400), item),
            lambda key: self._delete(call, self._variation(product_id, key, 404), True),
        )

    def _product(self, product_id: int, status: int) -> Record:
        record = self._catalogue.products.get(product_id)
        if record is None:
            raise Refusal("woocommerce_rest_product_invalid_id", "Invalid ID.", status)
        return record

    def _variation(self, product_id: int, variation_id: int, status: int) -> Record:
        record = self._catalogue.variations.get(variation_id)
        if record is None or record["parent_id"] != product_id:
            raise Refusal("woocommerce_rest_product_variation_invalid_id", "Invalid ID.", status)
        return record

    def _create(self, call: Call, fields: Record) -> Record:
        self._catalogue.check_sku_is_free(str(fields.get("sku") or ""), 0)
        record = blank_product(self._catalogue.new_id(), self._clock.timestamp())
        return self._update(call, record, fields)

    def _create_variation(self, call: Call, product_id: int, fields: Record) -> Record:
        parent = self._product(product_id, 404)
        self._catalogue.check_sku_is_free(str(fields.get("sku") or ""), 0)
        record = blank_variation(self._catalogue.new_id(), product_id, self._clock.timestamp())
        record["name"] = ", ".join(str(a.get("option", "")) for a in fields.get("attributes", []))
        parent["variations"] = [*parent["variations"], record["id"]]
        return self._update(call, record, fields)

    def _update(self, call: Call, record: Record, fields: Record) -> Record:
        if "sku" in fields:
            self._catalogue.check_sku_is_free(str(fields["sku"] or ""), record["id"])
            record["sku"] = str(fields["sku"] or "")
        for name in _PLAIN:
            if name in fields and name in record:
                record[name] = fields[name]
        for name in ("regular_price", "sale_price", "weight"):
            if name in fields:
                record[name] = format_decimal(fields[name])
        if record.get("type") != "variable":
            record["price"] = record["sale_price"] or record["regular_price"]
        record["purchasable"] = bool(record["price"])
        record["backorders_allowed"] = record["backorders"] != "no"
        if "price_html" in record:
            record["price_html"] = price_html(record["price"])
            record["has_options"] = record["type"] == "variable"
        _update_stock(record, fields)
        for given in fields.get("meta_data") or []:
            set_meta(record, given, self._catalogue.new_row_id)
        self._catalogue.changed(record)
        return self._shown(call, record)

    def _delete(self, call: Call, record: Record, for_good: bool) -> Record:
        shown = dict(self._shown(call, record))
        if for_good:
            self._catalogue.deleted(record)
        else:
            record["status"] = "trash"
            self._catalogue.changed(record)
        return shown

    def _shown(self, call: Call, record: Record) -> Record:
        if record.get("parent_id"):
            parent = f"/products/{record['parent_id']}"
            is_variation = "image" in record  # a variation found by its SKU is shown as a product
            collection = f"{parent}/variations" if is_variation else "/products"
            shown = record | {
                "_links": links(call.base, f"{collection}/{record['id']}", collection, ALL_METHODS, parent)
            }
            return self._distortions.shown("variation" if is_variation else "product", record["id"], shown)
        own = f"/products/{record['id']}"
        shown = record | {"_links": links(call.base, own, "/products", ALL_METHODS)}
        return self._distortions.shown("product", record["id"], shown)


def _update_stock(record: Record, fields: Record) -> None:
    """An absolute quantity; ignored where stock is not managed, null is 0. The status follows it."""
    if "manage_stock" in fields:
        record["manage_stock"] = fields["manage_stock"] in (True, "true", "yes", 1)
        if not record["manage_stock"]:
            record["stock_quantity"] = None
    if record["manage_stock"]:
        if "stock_quantity" in fields:
            set_stock(record, int(float(fields["stock_quantity"] or 0)))
        else:
            set_stock(record, record["stock_quantity"] or 0)


def created(record: Record) -> int:
    """When the record was made, seconds since 1970."""
    return from_gmt(record["date_created_gmt"])
