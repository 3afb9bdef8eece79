"""The stock of every SKU as the two systems say it themselves, right now, past our own warehouse.

WooCommerce: `stock_quantity` of products and variations that manage stock (what the shop sells from).
Odoo: the sum of its quants over internal locations (what is on the shelf, reserved or not).
SKUs are compared trimmed and in upper case; one that a system has twice is summed there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from connections import woocommerce
from connections.connection import Connection
from connections.http import Http
from connections.odoo import Odoo

Levels = dict[str, int]
PER_PAGE = 100


def in_woocommerce(connection: Connection) -> Levels:
    """Quantity by SKU in the shop. Unavailable, Misconfigured."""
    levels: dict[str, int] = defaultdict(int)
    with woocommerce.client(connection) as client:
        for product in _pages(client, "/products"):
            things = [product]
            if product["type"] == "variable":
                things += _pages(client, f"/products/{product['id']}/variations")
            for thing in things:
                # a variation that its parent counts says "parent"
                if thing["manage_stock"] is True and thing["stock_quantity"] is not None:
                    levels[normal(thing["sku"])] += int(thing["stock_quantity"])
    return dict(levels)


def in_odoo(connection: Connection) -> Levels:
    """Quantity on hand by SKU in internal locations. Unavailable, Misconfigured."""
    levels: dict[str, int] = defaultdict(int)
    with Odoo(connection) as client:
        products = client.search_read(
            "product.product", [["default_code", "!=", False]], ["default_code"], archived_too=True
        )
        skus = {product["id"]: normal(product["default_code"]) for product in products}
        groups = client.read(
            "stock.quant",
            "formatted_read_group",
            domain=[["location_id.usage", "=", "internal"]],
            groupby=["product_id"],
            aggregates=["quantity:sum"],
        )
    for group in groups:
        if (sku := skus.get(group["product_id"][0])) is not None:
            levels[sku] += int(group["quantity:sum"])
    return dict(levels)


def normal(sku: str) -> str:
    """The SKU as it is compared across systems."""
    return sku.strip().upper()


def _pages(client: Http, path: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        answer = client.get(path, {"per_page": PER_PAGE, "page": page, "orderby": "id", "order": "asc"})
        yield from answer.data
        if page >= int(answer.headers.get("x-wp-totalpages", 1)):
            return
        page += 1
