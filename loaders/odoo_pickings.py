"""Odoo's pickings of an order: which one is a shipment of ours, which is open, what would be done of it.

Our mark is the shipment's key in brackets in a picking's note. Odoo copies a note to the back order that it
makes, so of several pickings with a mark the oldest has it by right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from connections.odoo import Odoo
from loaders.base import NotSent

Record = dict[str, Any]
Quantities = Mapping[int, float]
TRACKING = "carrier_tracking_ref"  # a field of Odoo's module stock_delivery
_CLOSED = ("done", "cancel")


def has_tracking(client: Odoo) -> bool:
    """Whether this Odoo has its module for carriers."""
    return client.has_field("stock.picking", TRACKING)


def pickings_of(client: Odoo, order_ids: Sequence[int]) -> list[Record]:
    """The outgoing pickings of those sale orders, the oldest first, but those that were cancelled."""
    domain = [
        ["sale_id", "in", sorted(set(order_ids))],
        ["picking_type_code", "=", "outgoing"],
        ["state", "!=", "cancel"],
    ]
    fields = ["id", "name", "state", "sale_id", "note", *([TRACKING] if has_tracking(client) else [])]
    return client.search_read("stock.picking", domain, fields)


def marked(pickings: Sequence[Record], order_id: int, marker: str) -> Record | None:
    """The order's picking that has the mark by right."""
    found = (row for row in pickings if row["sale_id"] == order_id and marker in (row["note"] or ""))
    return next(found, None)


def open_picking(pickings: Sequence[Record]) -> Record | None:
    """The oldest that is not done."""
    return next((picking for picking in pickings if picking["state"] not in _CLOSED), None)


def done_by_hand(pickings: Sequence[Record], marker: str, known: Collection[int]) -> list[str]:
    """The names of those that somebody has done in Odoo, and that were not known of."""
    order_mark = f"{marker.rpartition(':')[0]}:"  # '[woocommerce:1001:'
    seen: set[str] = set()
    names = []
    for picking in pickings:
        note = picking["note"] or ""
        marks = {order_mark + part.split("]")[0] for part in note.split(order_mark)[1:]}
        is_ours = bool(marks - seen)
        seen |= marks
        if picking["state"] == "done" and not is_ours and picking["id"] not in known:
            names.append(str(picking["name"]))
    return names


def moved(client: Odoo, picking_ids: Sequence[int]) -> dict[int, dict[int, float]]:
    """By picking and product what is in it, cancelled moves left out."""
    found: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    domain = [["picking_id", "in", list(picking_ids)], ["state", "!=", "cancel"]]
    for move in client.search_read("stock.move", domain, ["picking_id", "product_id", "quantity"]):
        found[move["picking_id"]][move["product_id"]] += move["quantity"]
    return found


def open_moves(client: Odoo, picking_id: int) -> list[Record]:
    """The picking's moves that are not done; demands in the move's own unit and in the product's."""
    domain = [["picking_id", "=", picking_id], ["state", "not in", list(_CLOSED)]]
    return client.search_read(
        "stock.move", domain, ["id", "product_id", "product_uom_qty", "product_qty", "state"]
    )


def plan(wanted: Quantities, moves: Sequence[Record]) -> dict[int, float] | NotSent:
    """By move what is done of it: the first move of a product is filled first. NotSent: it does not fit."""
    concerned = [move for move in moves if move["product_id"] in wanted]
    if any(move["state"] == "waiting" for move in concerned):
        return _held("the goods were not picked in Odoo yet: do that transfer first")
    if any(move["product_qty"] != move["product_uom_qty"] for move in concerned):
        return _held("the order in Odoo is in another unit than the shop's: validate its delivery by hand")
    planned: dict[int, float] = {}
    left = dict(wanted)
    for move in concerned:
        take = min(left[move["product_id"]], move["product_uom_qty"])
        if take > 0:
            planned[int(move["id"])] = take
            left[move["product_id"]] -= take
    for product, over in left.items():
        if over > 0:
            return _held(
                f"{wanted[product]:g} of product {product} were shipped, {over:g} more than its delivery in"
                " Odoo asks for: correct the order there, or waive this"
            )
    return planned


def new_note(before: str, marker: str, words: str) -> str:
    """The picking's own words, and below them ours in place of those about an earlier shipment."""
    order_mark = f"{marker.rpartition(':')[0]}:"
    parts = [part.strip() for part in before.replace("</p>", "</p>\n").split("\n")]
    kept = "".join(part for part in parts if order_mark not in part)
    return f"{kept}<p>{escape(words)} {escape(marker)}</p>"


def _held(reason: str) -> NotSent:
    return NotSent("held", "needs_person", reason)
