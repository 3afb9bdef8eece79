"""Our shipments of orders that staff typed into Odoo 19: the order's delivery there is done, exactly once.

A shipment is found again by its mark (loaders/odoo_pickings.py). For each: the address, then quantities,
mark and tracking numbers, then the validation (context `skip_backorder`: what is not in the parcel waits in
a back order). Each step is one transaction, and may be done again after a crash. What was done by hand
since Odoo was read is left alone: the next build takes it as the shipment.

    stock.picking     search_read, write (note, carrier_id, carrier_tracking_ref, move_ids), button_validate
    stock.move        search_read
    sale.order        search_read, write (partner_shipping_id)
    res.partner       search_read, load (loaders/odoo_addresses.py)
    delivery.carrier  search_read; it and the tracking fields come with Odoo's module stock_delivery only
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from connections.connection import Connection
from connections.errors import Misconfigured, Rejected
from connections.odoo import Odoo
from loaders import odoo_pickings as pickings
from loaders.base import Intent, NotSent, Present, Sent
from loaders.odoo_addresses import AddressError, delivery_partner
from loaders.odoo_pickings import TRACKING, Quantities, Record
from loaders.one_by_one import send_each

# Without these Odoo answers 200 with a question (a back order? a text message?) and moves nothing.
NO_QUESTIONS = {"skip_backorder": True, "skip_sms": True}


class Deliveries:
    """outbound.out_odoo__deliveries made true: what was shipped has left Odoo's stock, with its tracking."""

    system = "odoo"
    thing = "delivery"
    kind = "posting"
    outbound_model = "out_odoo__deliveries"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce", "odoo")
    flow = "deliveries"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("known_picking_ids",)

    def open(self, connection: Connection) -> Odoo:
        """A client of the ERP."""
        return Odoo(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The delivery done, with these quantities by product, under these tracking numbers."""
        tracking = intent.payload["tracking_reference"]
        return {"state": "done", "tracking_reference": tracking, "lines": _sorted(_quantities(intent))}

    def present(self, client: Odoo, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The deliveries that carry their shipment's mark; one that was not validated is not complete."""
        rows = pickings.pickings_of(client, [intent.payload["order_id"] for intent in intents])
        ours = {
            intent.key: (intent, picking)
            for intent in intents
            if (picking := pickings.marked(rows, intent.payload["order_id"], intent.payload["marker"]))
        }
        moved = pickings.moved(client, [int(picking["id"]) for _, picking in ours.values()])
        return {
            key: _present(intent, picking, moved[int(picking["id"])])
            for key, (intent, picking) in ours.items()
        }

    def send(
        self, client: Odoo, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each delivery done; those of one order in turn. Unavailable: Odoo did none of them."""
        return send_each(client.http, intents, "order_id", lambda intent: self._send_one(client, intent))

    def _send_one(self, client: Odoo, intent: Intent) -> Sent | NotSent:
        order_id, marker = intent.payload["order_id"], intent.payload["marker"]
        rows = pickings.pickings_of(client, [order_id])
        by_hand = pickings.done_by_hand(rows, marker, intent.row["known_picking_ids"] or [])
        if by_hand:
            names = ", ".join(by_hand)
            reason = f"{names} was done in Odoo after it was read; the next run takes it as what was shipped"
            return NotSent("held", "stale_input", reason)
        picking = pickings.marked(rows, order_id, marker) or pickings.open_picking(rows)
        if picking is None:
            return _nothing_to_deliver(client, order_id)
        moves = pickings.open_moves(client, int(picking["id"]))
        planned = pickings.plan(_quantities(intent), moves)
        if isinstance(planned, NotSent):
            return planned
        try:
            delivery_partner(client, intent.payload)
        except AddressError as error:
            return NotSent("held", "needs_person", str(error))
        return self._do(client, intent, picking, _values(client, intent, picking, moves, planned))

    def _do(self, client: Odoo, intent: Intent, picking: Record, values: Record) -> Sent | NotSent:
        client.write("stock.picking", "write", ids=[picking["id"]], vals=values)
        answer = client.write("stock.picking", "button_validate", ids=[picking["id"]], context=NO_QUESTIONS)
        if answer is not True:  # a question, or a report to print once it is done
            [now] = client.search_read("stock.picking", [["id", "=", picking["id"]]], ["state"])
            if now["state"] != "done":
                asked = answer.get("name") or answer.get("res_model") if isinstance(answer, dict) else answer
                reason = f"Odoo asks before it validates {picking['name']}: {asked}"
                return NotSent("held", "needs_person", reason)
        return Sent(self.wanted(intent))


def _quantities(intent: Intent) -> Quantities:
    wanted: dict[int, float] = defaultdict(float)
    for line in intent.payload["lines"]:
        wanted[int(line["product_id"])] += float(line["quantity"])
    return wanted


def _sorted(quantities: Quantities) -> list[list[float]]:
    return [
        [product, round(float(quantity), 6)] for product, quantity in sorted(quantities.items()) if quantity
    ]


def _present(intent: Intent, picking: Record, quantities: Quantities) -> Present:
    # where Odoo has no field for it there is nothing to compare
    tracking = picking[TRACKING] or None if TRACKING in picking else intent.payload["tracking_reference"]
    content = {"state": picking["state"], "tracking_reference": tracking, "lines": _sorted(quantities)}
    is_done = picking["state"] == "done"
    return Present(str(picking["id"]), content, picking["name"] or "", is_complete=is_done)


def _nothing_to_deliver(client: Odoo, order_id: int) -> NotSent:
    found = client.search_read("sale.order", [["id", "=", order_id]], ["name", "state"])
    if not found:
        return NotSent("refused", "permanent", "the sale order is no longer in Odoo")
    reason = (
        f"sale order {found[0]['name']} is in state {found[0]['state']}, and nothing of it is to be delivered"
    )
    return NotSent("held", "needs_person", reason)


def _values(
    client: Odoo, intent: Intent, picking: Record, moves: Sequence[Record], planned: Quantities
) -> Record:
    """The picking's new values: its quantities, and whose parcel it is."""
    commands = [
        [1, move["id"], {"quantity": planned[move["id"]], "picked": True}]
        if move["id"] in planned
        else [1, move["id"], {"picked": False}]
        for move in moves
    ]
    tracking, carrier = intent.payload["tracking_reference"], intent.payload["carrier"]
    words = " ".join(filter(None, (carrier, tracking))) or "Shipped"
    note = pickings.new_note(picking["note"] or "", intent.payload["marker"], words)
    values: Record = {"move_ids": commands, "note": note}
    if TRACKING in picking:
        values[TRACKING] = tracking or False
        method = _delivery_method(client, intent)
        if method:
            values["carrier_id"] = method
    return values


def _delivery_method(client: Odoo, intent: Intent) -> int | None:
    """Odoo's delivery method of that service, else of that carrier; None where it has none of the name."""
    for name in (intent.payload["service"], intent.payload["carrier"]):
        if name:
            try:
                found = client.search_read("delivery.carrier", [["name", "ilike", name]], ["id"], limit=1)
            except (Misconfigured, Rejected):  # its user may not read them: the tracking number is enough
                return None
            if found:
                return int(found[0]["id"])
    return None
