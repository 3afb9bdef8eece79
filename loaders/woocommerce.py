"""Stock levels of simple products and variations, in batches of 100 (WooCommerce REST v3).

A stock PUT is absolute and overwrites a sale that came in meanwhile. So a level carries the newest
order it has seen; a product in any order changed since is not sent but held for the next run. It
is compared with the shop's present value just before, and read back after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connections import woocommerce
from connections.connection import Connection
from connections.http import Http
from loaders.base import Intent, NotSent, Present, Sent

PER_PAGE = 100


class StockLevels:
    """outbound.out_woocommerce__stock_levels made true in the shop."""

    system = "woocommerce"
    thing = "stock_level"
    kind = "level"
    outbound_model = "out_woocommerce__stock_levels"
    batch_size = 100
    inputs: tuple[str, ...] = ("woocommerce", "odoo")
    flow = "stock_levels"
    differs = "due.quantity is distinct from due.observed_quantity"
    money = "0"
    zeroes = "due.quantity = 0"
    row_columns: tuple[str, ...] = ("newest_order_at",)

    def open(self, connection: Connection) -> Http:
        """A client of the shop."""
        return woocommerce.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The level in whole units."""
        return {"quantity": intent.payload["quantity"]}

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The levels now; a product that a newer order touches carries that order's id as well."""
        newer = _products_in_newer_orders(client, intents)
        found: dict[str, Present] = {}
        for path, ids in (("/products", ids_of(intents, False)), ("/variations", ids_of(intents, True))):
            if ids:
                fields = "id,sku,manage_stock,stock_quantity"
                params = {"include": ",".join(ids), "per_page": PER_PAGE, "_fields": fields, "status": "any"}
                for item in client.get(path, params).records():
                    kind = "product" if path == "/products" else "variation"
                    found[f"{kind}:{item['id']}"] = _present(item, newer.get(int(item["id"])))
        return found

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """The levels set, by one batch request for the products and one per parent of variations."""
        answers: dict[str, Sent | NotSent] = {}
        batches: dict[str, list[Intent]] = defaultdict(list)
        for intent in intents:
            obstacle = _obstacle(present.get(intent.key))
            if obstacle:
                answers[intent.key] = obstacle
            elif intent.payload["variation_id"] is None:
                batches["/products/batch"].append(intent)
            else:
                batches[f"/products/{intent.payload['product_id']}/variations/batch"].append(intent)
        for part in client.each(lambda batch: _send_batch(client, *batch), batches.items()):
            answers.update(part)
        return answers


def _present(item: Mapping[str, Any], newer_order: int | None) -> Present:
    # a variation that leaves its stock to the parent says "parent" here, which is not managing it
    managed = item["manage_stock"] is True
    content: dict[str, Any] = {"quantity": item["stock_quantity"] if managed else None}
    if newer_order is not None:
        content["newer_order"] = newer_order
    return Present(str(item["id"]), content, str(item.get("sku", "")))


def _obstacle(there: Present | None) -> NotSent | None:
    if there is None:
        return NotSent("refused", "permanent", "the product is no longer in the shop")
    if "newer_order" in there.content:
        order = there.content["newer_order"]
        return NotSent(
            "held", "stale_input", f"order {order} came in after the stock was read; the next run counts it"
        )
    if there.content["quantity"] is None:
        return NotSent(
            "held", "needs_person", "the shop does not manage this product's stock; switch it on there"
        )
    return None


def _send_batch(client: Http, path: str, intents: list[Intent]) -> dict[str, Sent | NotSent]:
    by_id = {target_id(intent): intent for intent in intents}
    update = [{"id": id_, "stock_quantity": intent.payload["quantity"]} for id_, intent in by_id.items()]
    answer = client.send("POST", path, json={"update": update})
    outcomes: dict[str, Sent | NotSent] = {}
    # partial failure is a 200 with an error in the item
    for item in answer.data.get("update", []):
        intent = by_id.get(int(item.get("id") or 0))
        if intent is None:
            continue
        if "error" in item:
            error = item["error"]
            outcomes[intent.key] = NotSent(
                "refused", "permanent", f"{error.get('code')}: {error.get('message')}"
            )
        else:
            outcomes[intent.key] = Sent({"quantity": intent.payload["quantity"]})
    return outcomes


def _products_in_newer_orders(client: Http, intents: Sequence[Intent]) -> dict[int, int]:
    """Products and variations in orders changed after those the levels have seen, each with an order's id."""
    fences = [intent.row["newest_order_at"] for intent in intents if intent.row["newest_order_at"]]
    fence = min(fences, default=datetime.now(UTC) - timedelta(days=1))
    touched: dict[int, int] = {}
    for page in range(1, 1_000):
        params = {
            "modified_after": fence.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": "true",
            "status": "any",
            "orderby": "id",
            "order": "desc",
            "per_page": PER_PAGE,
            "page": page,
            "_fields": "id,line_items",
        }
        orders = client.get("/orders", params).records()
        for order in orders:
            for line in order["line_items"]:
                touched[int(line.get("variation_id") or line["product_id"])] = int(order["id"])
        if len(orders) < PER_PAGE:
            break
    return touched


def ids_of(intents: Sequence[Intent], variations: bool) -> list[str]:
    """The ids of the products, or of the variations, that the intents are for."""
    return [
        str(target_id(intent))
        for intent in intents
        if (intent.payload["variation_id"] is not None) is variations
    ]


def target_id(intent: Intent) -> int:
    """The id of the intent's variation, else of its product."""
    return int(intent.payload["variation_id"] or intent.payload["product_id"])
