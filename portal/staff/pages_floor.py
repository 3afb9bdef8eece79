"""The pages of the morning's work: pick list, packing, backorders."""

from __future__ import annotations

from starlette.responses import Response

from portal.staff import floor
from portal.staff.story import exists
from portal.staff.visit import Visit, leave_for


def picking(visit: Visit) -> Response:
    """What is to be fetched, by location; made to be printed."""
    is_built = exists(visit.warehouse, "shipments_to_pack")
    document = floor.pick_list_document(visit.warehouse) if exists(visit.warehouse, "documents") else None
    return visit.page(
        "picking.html",
        found=floor.to_pick(visit.warehouse) if is_built else [],
        document=document,
        most=floor.MOST,
        is_built=is_built,
    )


def packing(visit: Visit) -> Response:
    """The boxes to be packed, each with what goes into it."""
    is_built = exists(visit.warehouse, "shipments_to_pack")
    found = floor.boxes(visit.warehouse) if is_built else []
    ids = [box["shipment_id"] for box in found]
    return visit.page(
        "packing.html",
        found=found,
        parcels=floor.parcels(visit.warehouse, ids) if exists(visit.warehouse, "parcels") else {},
        slips=floor.slips(visit.warehouse, ids) if exists(visit.warehouse, "documents") else {},
        most=floor.MOST,
        is_built=is_built,
    )


def pack(visit: Visit) -> Response:
    """A box is packed, or opened again."""
    is_packed = visit.form.get("act") == "packed"
    if not is_packed and visit.form.get("act") != "opened":
        return visit.sorry("This form is not complete.", 400)
    floor.pack(visit.warehouse, visit.form.get("shipment_id", ""), is_packed=is_packed, who=visit.who)
    return leave_for(f"/staff/packing?told={visit.form['act']}")


def backorders(visit: Visit) -> Response:
    """What customers wait for."""
    is_built = exists(visit.warehouse, "backorders")
    return visit.page(
        "backorders.html",
        found=floor.backorders(visit.warehouse) if is_built else [],
        most=floor.MOST,
        is_built=is_built,
    )
