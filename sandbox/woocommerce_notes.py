"""Notes of the web shop's orders: staff's, the shop's own about changes of status and mails it sent.

A note is no change of its order: date_modified stays. Listed newest second first, within one by id.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.journal import Journal
from sandbox.woocommerce_catalogue import SYSTEM, Catalogue
from sandbox.woocommerce_http import Answer, Call, Refusal, invalid_parameter, links, only_fields
from sandbox.woocommerce_money import gmt, local
from sandbox.woocommerce_orders import OrderStore

Record = dict[str, Any]
_NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
# A status that the customer hears of, and the mail's name.
_MAILS = {
    "processing": "Processing order",
    "on-hold": "Order on-hold",
    "completed": "Completed order",
    "refunded": "Refunded order",
}


class Notes:
    """Every note that was written since the story's history ended, by order."""

    def __init__(self, catalogue: Catalogue, clock: Clock, journal: Journal) -> None:
        """The notes that the journal remembers."""
        self._catalogue = catalogue
        self._clock = clock
        self._journal = journal
        self._by_order: dict[int, dict[int, Record]] = {}
        for _, body in journal.load(SYSTEM, "note"):
            if body is not None:
                self._by_order.setdefault(body["order_id"], {})[body["id"]] = body

    def of(self, order_id: int) -> list[Record]:
        """The order's notes, newest second first."""
        notes = sorted(self._by_order.get(order_id, {}).values(), key=lambda note: int(note["id"]))
        return sorted(notes, key=lambda note: str(note["date_created_gmt"]), reverse=True)

    def add(self, order_id: int, text: str, *, for_customer: bool = False, author: str = "system") -> Record:
        """A new note; backslashes are lost, as WordPress loses them. One for the customer is mailed."""
        now = self._clock.timestamp()
        note: Record = {
            "id": self._catalogue.new_row_id(),
            "order_id": order_id,
            "author": author,
            "date_created": local(now),
            "date_created_gmt": gmt(now),
            "note": text.replace("\\", ""),
            "customer_note": for_customer,
        }
        self._by_order.setdefault(order_id, {})[note["id"]] = note
        self._journal.put(SYSTEM, "note", str(note["id"]), note)
        if for_customer:
            self.mailed(order_id, "Customer note")
        return note

    def mailed(self, order_id: int, mail: str) -> None:
        """The shop sent this mail, and says so."""
        self.add(order_id, f'Email "{mail}" sent.', author="WooCommerce")

    def status_changed(self, order_id: int, before: str, after: str) -> None:
        """The shop notes the change, and the mail that it sends about it."""
        text = f"Order status changed from {_NAMES.get(before, before)} to {_NAMES.get(after, after)}."
        self.add(order_id, text, author="WooCommerce")
        if after in _MAILS:
            self.mailed(order_id, _MAILS[after])

    def remove(self, note: Record) -> None:
        """The note is gone for good."""
        self._by_order[note["order_id"]].pop(note["id"])
        self._journal.put(SYSTEM, "note", str(note["id"]), None)


class NoteCalls:
    """What a client asks of /orders/<id>/notes."""

    def __init__(self, notes: Notes, orders: OrderStore) -> None:
        """Serve the notes of those orders."""
        self._notes = notes
        self._orders = orders

    def list_notes(self, call: Call, order_id: int) -> Answer:
        """All of them, or only those for the customer (type=customer), or the others (internal). No pages."""
        self._check_order(order_id)
        kind = call.choice("type", "any", ("any", "customer", "internal"))
        notes = self._notes.of(order_id)
        if kind != "any":
            notes = [note for note in notes if note["customer_note"] is (kind == "customer")]
        return Answer([only_fields(call, self._shown(call, note)) for note in notes])

    def get_note(self, call: Call, order_id: int, note_id: int) -> Answer:
        """One note."""
        return Answer(only_fields(call, self._shown(call, self._note(order_id, note_id))))

    def create_note(self, call: Call, order_id: int) -> Answer:
        """A new note."""
        if not isinstance(call.body.get("note"), str):
            raise invalid_parameter("note", "note is not of type string.", "rest_invalid_type")
        self._check_order(order_id)
        is_for_customer = call.body.get("customer_note") in (True, "true", "1", 1)
        note = self._notes.add(order_id, call.body["note"], for_customer=is_for_customer)
        return Answer(self._shown(call, note), 201)

    def delete_note(self, call: Call, order_id: int, note_id: int) -> Answer:
        """The note is gone (force=true only)."""
        note = self._note(order_id, note_id)
        if not call.flag("force"):
            raise Refusal("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
        self._notes.remove(note)
        return Answer(self._shown(call, note))

    def _check_order(self, order_id: int) -> None:
        if self._orders.get(order_id) is None:
            raise Refusal("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)

    def _note(self, order_id: int, note_id: int) -> Record:
        self._check_order(order_id)
        found = next((note for note in self._notes.of(order_id) if note["id"] == note_id), None)
        if found is None:
            raise Refusal("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
        return found

    def _shown(self, call: Call, note: Record) -> Record:
        parent = f"/orders/{note['order_id']}"
        own, collection = f"{parent}/notes/{note['id']}", f"{parent}/notes"
        shown = {key: value for key, value in note.items() if key != "order_id"}
        return shown | {"_links": links(call.base, own, collection, ("GET", "DELETE"), parent)}
