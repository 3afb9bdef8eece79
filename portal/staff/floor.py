"""The morning's work: what to fetch from where, what to pack, and what customers wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows

Row = Mapping[str, Any]
MOST = 500


def to_pick(warehouse: Warehouse) -> list[Row]:
    """What the boxes that are not packed yet need, by location and SKU: one row for each product.

    The location is the one that the web sells from and that has most of it; empty where none has any.
    """
    return list(
        rows(
            warehouse,
            """
            select
                coalesce(place.location, '') as location, lines.sku, min(lines.product_name) as product_name,
                sum(lines.quantity) as quantity, max(place.on_hand_quantity) as on_hand_quantity,
                array_agg(distinct boxes.order_number order by boxes.order_number) as order_numbers
            from marts.planned_shipments as boxes
            inner join marts.planned_shipment_lines as lines on boxes.shipment_id = lines.shipment_id
            left join lateral (
                select stock.location, stock.on_hand_quantity from marts.stock as stock
                where stock.product_id = lines.product_id and stock.is_sold_from_web
                order by stock.on_hand_quantity desc, stock.location limit 1
            ) as place on true
            where boxes.shipment_id in (select shipment_id from marts.shipments_to_pack)
                and boxes.hold_reason is null
                and not exists (select from portal.packed where packed.shipment_id = boxes.shipment_id)
            group by 1, lines.product_id, lines.sku
            order by 1, lines.sku limit %s
            """,
            [MOST],
        )
    )


def pick_list_document(warehouse: Warehouse) -> Row | None:
    """The newest pick list that was issued as a document; None: there is none."""
    found = rows(
        warehouse,
        """
        select document_key, issued_on from marts.documents
        where kind = 'pick_list' order by issued_on desc, document_key desc limit 1
        """,
    )
    return found[0] if found else None


def boxes(warehouse: Warehouse, shipment_id: str | None = None) -> list[Row]:
    """What is to be packed (or the one shipment), oldest order first, each with its lines and parcels.

    `packed_by`, `packed_at`: null where it is not packed. Held ones say why they are not to be packed.
    """
    return list(
        rows(
            warehouse,
            """
            select
                boxes.shipment_id, boxes.order_id, boxes.order_number, boxes.shipment_number, boxes.state,
                boxes.is_pickup, boxes.is_last, boxes.hold_reason, boxes.quantity, boxes.weight_g,
                boxes.delivery_name, boxes.delivery_city, boxes.delivery_province, packed.packed_by,
                packed.packed_at, contents.lines
            from marts.planned_shipments as boxes
            left join portal.packed as packed on boxes.shipment_id = packed.shipment_id
            left join lateral (
                select jsonb_agg(
                    jsonb_build_object('sku', sku, 'name', product_name, 'quantity', quantity)
                    order by line_number
                ) as lines
                from marts.planned_shipment_lines as lines where lines.shipment_id = boxes.shipment_id
            ) as contents on true
            where boxes.shipment_id = coalesce(%s, boxes.shipment_id)
                and boxes.shipment_id in (select shipment_id from marts.shipments_to_pack)
            order by packed.packed_at is not null, boxes.hold_reason is not null, length(boxes.order_number),
                boxes.order_number, boxes.shipment_number
            limit %s
            """,
            [shipment_id, MOST],
        )
    )


def parcels(warehouse: Warehouse, shipment_ids: list[str]) -> dict[str, list[Row]]:
    """The parcels of each shipment: box, service, tracking number and label."""
    found: dict[str, list[Row]] = {}
    for row in rows(
        warehouse,
        """
        select shipment_id, parcel_id, parcel_number, box, weight_g, service_name, tracking_number,
            label_document_path
        from marts.parcels where shipment_id = any(%s) and not is_voided order by shipment_id, parcel_number
        """,
        [shipment_ids],
    ):
        found.setdefault(row["shipment_id"], []).append(row)
    return found


def slips(warehouse: Warehouse, shipment_ids: list[str]) -> dict[str, list[Row]]:
    """The documents that go into each box."""
    found: dict[str, list[Row]] = {}
    for row in rows(
        warehouse,
        """
        select shipment_id, document_key, kind from marts.documents
        where shipment_id = any(%s) order by shipment_id, kind, document_key
        """,
        [shipment_ids],
    ):
        found.setdefault(row["shipment_id"], []).append(row)
    return found


def pack(warehouse: Warehouse, shipment_id: str, *, is_packed: bool, who: str) -> None:
    """The box is packed, or open again: a fact for ever. The caller commits.

    Two at once, and the customer's choice, wait for each other. Rejected: it is so already, or there
    is no such box to pack.
    """
    order_id = shipment_id.rpartition(":")[0]
    warehouse.execute("select pg_advisory_xact_lock(hashtext('order ' || %s))", [order_id])
    found = boxes(warehouse, shipment_id)
    if not found:
        raise Rejected("This box is not to be packed any more: it left, or its order changed.")
    (box,) = found
    if is_packed == (box["packed_at"] is not None):
        raise Rejected(
            f"{box['packed_by']} packed this box already." if is_packed else "This box is open already."
        )
    if is_packed and box["hold_reason"]:
        raise Rejected(f"This box is not to be packed: {box['hold_reason']}")
    if is_packed and box["state"] == "planned":
        raise Rejected("This box may still change: it is packed once its label or slip is there.")
    warehouse.execute(
        "insert into portal.packings (shipment_id, order_id, is_packed, packed_by) values (%s, %s, %s, %s)",
        [shipment_id, box["order_id"], is_packed, who],
    )
    warehouse.execute(
        "insert into portal.acts (who, act, subject) values (%s, %s, %s)",
        [who, "packed" if is_packed else "opened", f"shipment {shipment_id}"],
    )


def backorders(warehouse: Warehouse) -> list[Row]:
    """What customers wait for, the longest wait first."""
    return list(
        rows(
            warehouse,
            """
            select waits.*, orders.customer_name
            from marts.backorders as waits
            left join marts.orders as orders on waits.order_id = orders.order_id
            order by waits.ordered_at, waits.order_id, waits.line_number limit %s
            """,
            [MOST],
        )
    )
