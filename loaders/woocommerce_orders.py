"""What a web order's shipments mean in the shop: a note for each, tracking as meta, and the status (REST v3).

WooCommerce has no idempotency key. A note carries its shipment's key in brackets and is found by listing
the order's notes; meta and status are read just before they are written, and what is in them already is
left alone. A note for the customer is mailed by the shop, and so is a completed order.

    GET, POST /orders/<id>/notes     no pages; a note is no change of its order
    GET, PUT  /orders/<id>           meta_data: rows by id; a list comes back as a list, numbers as text
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any

from connections import woocommerce
from connections.connection import Connection
from connections.errors import Rejected
from connections.http import Http
from loaders.base import Intent, NotSent, Present, Sent
from loaders.one_by_one import send_each

# The key that the usual shipment tracking extensions keep their list under.
ITEMS = "_wc_shipment_tracking_items"
NUMBERS, CARRIERS, LINKS = (
    "counterflow_tracking_numbers",
    "counterflow_carriers",
    "counterflow_tracking_links",
)
# What a person has called off is not told that it was shipped.
_CALLED_OFF = ("cancelled", "refunded", "failed", "trash")
_MISSING = NotSent("refused", "permanent", "the order is no longer in the shop")
_FIELDS = {"_fields": "id,status,date_modified_gmt,meta_data"}

Record = Mapping[str, Any]


class OrderNotes:
    """outbound.out_woocommerce__order_notes made true: each shipment has one note on its order."""

    system = "woocommerce"
    thing = "order_note"
    kind = "posting"
    outbound_model = "out_woocommerce__order_notes"
    batch_size = 50
    inputs: tuple[str, ...] = ("woocommerce",)
    flow = "tracking"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def open(self, connection: Connection) -> Http:
        """A client of the shop."""
        return woocommerce.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The note's words, and whether the customer sees it."""
        return {"note": _words(intent.payload["note"]), "is_for_customer": intent.payload["is_for_customer"]}

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The notes that carry their shipment's key; where it was written twice, the first."""
        orders = list(dict.fromkeys(int(intent.payload["order_id"]) for intent in intents))
        notes = dict(zip(orders, client.each(lambda order: _notes(client, order), orders), strict=True))
        return {
            intent.key: found
            for intent in intents
            if (found := _note_of(notes[int(intent.payload["order_id"])], intent.payload["marker"]))
        }

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each note written, if the order still stands; those of one order in turn."""
        return send_each(client, intents, "order_id", lambda intent: self._send_one(client, intent))

    def _send_one(self, client: Http, intent: Intent) -> Sent | NotSent:
        order = _order(client, intent)
        obstacle = _obstacle(order)
        if obstacle:
            return obstacle
        note = {"note": intent.payload["note"], "customer_note": intent.payload["is_for_customer"]}
        client.send("POST", f"/orders/{intent.payload['order_id']}/notes", json=note)
        return Sent(self.wanted(intent))


class OrderStatuses:
    """outbound.out_woocommerce__order_statuses made true: tracking on the order, and its status.

    A status that somebody has changed since it was read is not written over, but held for the next run.
    """

    system = "woocommerce"
    thing = "order_status"
    kind = "level"
    outbound_model = "out_woocommerce__order_statuses"
    batch_size = 50
    inputs: tuple[str, ...] = ("woocommerce",)
    flow = "tracking"
    differs = "due.is_due"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("observed_status",)

    def open(self, connection: Connection) -> Http:
        """A client of the shop."""
        return woocommerce.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """Our tracking numbers in both places, and the status where one is wanted."""
        numbers = [item["tracking_number"] for item in intent.payload["tracking"]]
        content: dict[str, Any] = {"numbers": ", ".join(numbers), "items": sorted(numbers)}
        if intent.payload["status"]:
            content["status"] = intent.payload["status"]
        return content

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The orders as they are; of the tracking items those that are ours."""
        orders = client.each(lambda intent: _order(client, intent), intents)
        return {
            intent.key: _tracked(intent, order)
            for intent, order in zip(intents, orders, strict=True)
            if order is not None
        }

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each order written by one PUT."""
        return send_each(client, intents, "order_id", lambda intent: self._send_one(client, intent))

    def _send_one(self, client: Http, intent: Intent) -> Sent | NotSent:
        order = _order(client, intent)
        obstacle = _obstacle(order) or _changed_meanwhile(intent, order or {})
        if obstacle or order is None:
            return obstacle or _MISSING
        change: dict[str, Any] = {"meta_data": _meta(intent, order)}
        wanted = intent.payload["status"]
        if wanted and order["status"] != wanted:
            change["status"] = wanted
        client.send("PUT", f"/orders/{order['id']}", json=change)
        return Sent(self.wanted(intent))


def _order(client: Http, intent: Intent) -> Record | None:
    """The order as it is now; None where the shop has none of that id."""
    try:
        found: Record = client.get(f"/orders/{intent.payload['order_id']}", _FIELDS).data
    except Rejected as error:
        if error.status == 404:
            return None
        raise
    return found


def _obstacle(order: Record | None) -> NotSent | None:
    if order is None:
        return _MISSING
    if order["status"] in _CALLED_OFF:
        return NotSent(
            "held",
            "needs_person",
            f"the order is {order['status']} in the shop, though goods were shipped: put it right there",
        )
    return None


def _changed_meanwhile(intent: Intent, order: Record) -> NotSent | None:
    seen, now = intent.row.get("observed_status"), order["status"]
    if now in (seen, intent.payload["status"]) or not intent.payload["status"]:
        return None
    return NotSent(
        "held", "stale_input", f"the order became {now} after it was read; the next run looks again"
    )


def _notes(client: Http, order_id: int) -> list[Record]:
    """The order's notes, oldest first; none where the order is gone."""
    try:
        notes: list[Record] = client.get(f"/orders/{order_id}/notes").records()
    except Rejected as error:
        if error.status == 404:
            return []
        raise
    return sorted(notes, key=lambda note: int(note["id"]))


def _note_of(notes: Sequence[Record], marker: str) -> Present | None:
    for note in notes:
        if marker in note["note"]:
            content = {"note": _words(note["note"]), "is_for_customer": bool(note["customer_note"])}
            return Present(str(note["id"]), content, marker)
    return None


def _words(text: str) -> str:
    """The text as it is compared: WordPress may change how lines end, and drops backslashes."""
    return " ".join(text.replace("\\", "").split())


def _rows(order: Record) -> dict[str, Record]:
    """The order's meta by key; where one stands twice, the first."""
    rows: dict[str, Record] = {}
    for row in order["meta_data"]:
        rows.setdefault(row["key"], row)
    return rows


def _items(order: Record) -> list[Record]:
    """The tracking extension's list; empty where the order has something else there."""
    value = _rows(order).get(ITEMS, {}).get("value")
    # PHP's lists come back as objects once one was taken out of their middle
    found = list(value.values()) if isinstance(value, dict) else value
    return [item for item in found or [] if isinstance(item, dict)] if isinstance(found, list) else []


def _tracked(intent: Intent, order: Record) -> Present:
    ours = {item["tracking_number"] for item in intent.payload["tracking"]}
    there = {str(item.get("tracking_number")) for item in _items(order)}
    numbers = _rows(order).get(NUMBERS, {}).get("value") or ""
    content: dict[str, Any] = {"numbers": str(numbers), "items": sorted(ours & there)}
    if intent.payload["status"]:
        content["status"] = order["status"]
    return Present(str(order["id"]), content, order["status"])


def _meta(intent: Intent, order: Record) -> list[dict[str, Any]]:
    """The meta rows as they are to be: the list with ours added to it, and ours once more in plain words."""
    tracking = intent.payload["tracking"]
    if not tracking:
        return []
    there = _items(order)
    known = {str(item.get("tracking_number")) for item in there}
    added = [_item(item) for item in tracking if item["tracking_number"] not in known]
    values = {
        ITEMS: [*there, *added],
        NUMBERS: ", ".join(item["tracking_number"] for item in tracking),
        CARRIERS: ", ".join(dict.fromkeys(item["carrier"] for item in tracking)),
        LINKS: " ".join(item["link"] for item in tracking),
    }
    rows = _rows(order)
    return [
        {**({"id": rows[key]["id"]} if key in rows else {}), "key": key, "value": values[key]}
        for key in values
    ]


def _item(item: Record) -> dict[str, str]:
    """A parcel as the tracking extensions keep it: a provider they know by its slug, the day in Unix time."""
    number, slug = item["tracking_number"], item["carrier"].lower().replace(" ", "-")
    return {
        "tracking_provider": slug,
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": number,
        "date_shipped": str(item["shipped_on_epoch"]),
        "tracking_id": md5(f"{slug}-{number}".encode(), usedforsecurity=False).hexdigest(),
    }
