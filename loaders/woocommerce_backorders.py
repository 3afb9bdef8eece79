"""What the shop says of goods that it has none left of: they may be ordered, and when they are expected.

Written are `backorders` and two meta rows, and never the quantity (loaders/woocommerce.py). The shop works
out `stock_status` itself: none left and backorders allowed is `onbackorder`. What `backorders` was before
is kept in the product's meta, and comes back with the stock. Products and variations, in batches of 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from connections import woocommerce
from connections.connection import Connection
from connections.http import Http
from loaders.base import Intent, NotSent, Present, Sent
from loaders.woocommerce import PER_PAGE, ids_of, target_id

EXPECTED, BEFORE = "_counterflow_expected_date", "_counterflow_backorders_before"
_FIELDS = "id,sku,manage_stock,backorders,meta_data"


class BackorderTexts:
    """outbound.out_woocommerce__backorder_texts made true in the shop."""

    system = "woocommerce"
    thing = "backorder_text"
    kind = "level"
    outbound_model = "out_woocommerce__backorder_texts"
    batch_size = 100
    inputs: tuple[str, ...] = ("woocommerce", "odoo")
    flow = "backorder_status"
    differs = "due.is_due"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("observed_backorders",)

    def open(self, connection: Connection) -> Http:
        """A client of the shop."""
        return woocommerce.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """Whether it may be ordered, when it is expected, and what was there before (None: nothing kept)."""
        return {name: intent.payload[name] for name in ("backorders", "expected_date", "backorders_before")}

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The products and variations as they are."""
        found: dict[str, Present] = {}
        for path, kind in (("/products", "product"), ("/variations", "variation")):
            ids = ids_of(intents, kind == "variation")
            if ids:
                params = {"include": ",".join(ids), "per_page": PER_PAGE, "_fields": _FIELDS, "status": "any"}
                for item in client.get(path, params).records():
                    found[f"{kind}:{item['id']}"] = _present(item)
        return found

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """All written, by one batch request for the products and one per parent of variations."""
        answers: dict[str, Sent | NotSent] = {}
        batches: dict[str, list[Intent]] = defaultdict(list)
        for intent in intents:
            obstacle = _obstacle(intent, present.get(intent.key))
            if obstacle:
                answers[intent.key] = obstacle
            elif intent.payload["variation_id"] is None:
                batches["/products/batch"].append(intent)
            else:
                batches[f"/products/{intent.payload['product_id']}/variations/batch"].append(intent)
        for part in client.each(lambda batch: self._send_batch(client, *batch), batches.items()):
            answers.update(part)
        return answers

    def _send_batch(self, client: Http, path: str, intents: list[Intent]) -> dict[str, Sent | NotSent]:
        by_id = {target_id(intent): intent for intent in intents}
        update = [{"id": id_, **_fields(intent)} for id_, intent in by_id.items()]
        answer = client.send("POST", path, json={"update": update})
        outcomes: dict[str, Sent | NotSent] = {}
        # partial failure is a 200 with an error in the item
        for item in answer.data.get("update", []):
            intent = by_id.get(int(item.get("id") or 0))
            if intent is None:
                continue
            error = item.get("error")
            outcomes[intent.key] = (
                NotSent("refused", "permanent", f"{error.get('code')}: {error.get('message')}")
                if error
                else Sent(self.wanted(intent))
            )
        return outcomes


def _present(item: Mapping[str, Any]) -> Present:
    meta: dict[str, str] = {}
    for row in item["meta_data"]:
        meta.setdefault(row["key"], str(row["value"] or ""))
    content = {
        "backorders": item["backorders"],
        "expected_date": meta.get(EXPECTED) or None,
        "backorders_before": meta.get(BEFORE) or None,
    }
    return Present(str(item["id"]), content, str(item.get("sku", "")))


def _obstacle(intent: Intent, there: Present | None) -> NotSent | None:
    if there is None:
        return NotSent("refused", "permanent", "the product is no longer in the shop")
    now = there.content["backorders"]
    if now not in (intent.row["observed_backorders"], intent.payload["backorders"]):
        return NotSent(
            "held", "stale_input", f"backorders became {now!r} after it was read; the next run looks again"
        )
    return None


def _fields(intent: Intent) -> dict[str, Any]:
    """The fields to be written; a meta row without a value is taken away."""
    meta = {EXPECTED: intent.payload["expected_date"], BEFORE: intent.payload["backorders_before"]}
    return {
        "backorders": intent.payload["backorders"],
        "meta_data": [{"key": key, "value": value} for key, value in meta.items()],
    }
