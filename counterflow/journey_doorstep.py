"""An order's way from the shelf to the door, told from the marts: promises, boxes, labels, papers, mails.

Amounts are in Canadian dollars, as the carrier's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connections.warehouse import Warehouse, rows
from counterflow.tree import amount

Row = Mapping[str, Any]
Say = Callable[[str], None]

_PROMISES = """
    select sku, product_name, quantity, promise_date, promise_source
    from marts.backorders where order_id = %s order by line_number
"""
_SHIPMENTS = """
    select shipments.shipment_id, shipments.state, shipments.hold_reason, shipments.lines,
        quotes.service_name, quotes.service_code, quotes.total_amount, quotes.is_estimate, quotes.transit_days
    from marts.planned_shipments as shipments
    left join marts.shipping_quotes as quotes on quotes.quote_key = shipments.shipment_id
    where shipments.order_id = %s order by shipments.shipment_number
"""
_PARCELS = "select * from marts.parcels where shipment_id = %s order by parcel_number"
_DOCUMENTS = "select * from marts.documents where order_id = %s order by issued_at, document_key"
_MESSAGES = "select * from marts.messages where order_id = %s order by sent_at nulls last, message_key"


def tell_doorstep(warehouse: Warehouse, order: Row, place: Callable[[str], str], say: Say) -> None:
    """Everything on the order's way to the door is said; `place` turns a document's path into what opens."""
    order_id = order["order_id"]
    fulfilment = rows(warehouse, "select * from marts.order_fulfilments where order_id = %s", [order_id])
    say(f"\nShelf     {_state(fulfilment[0]) if fulfilment else 'nothing of it is ours to send'}")
    for line in rows(warehouse, _PROMISES, [order_id]):
        source = str(line["promise_source"]).replace("_", " ")
        what = f"{line['quantity']:.0f} x {line['sku']} {str(line['product_name'])[:34]}"
        say(f"          {what:<50} about {line['promise_date']} ({source})")
    for shipment in rows(warehouse, _SHIPMENTS, [order_id]):
        _tell_shipment(warehouse, shipment, place, say)
    _tell_documents(rows(warehouse, _DOCUMENTS, [order_id]), place, say)
    for message in rows(warehouse, _MESSAGES, [order_id]):
        to = f"({message['language']}) to {message['recipient']}"
        say(f"Mail      {message['kind']} {to}: {message['state']}")


def _state(fulfilment: Row) -> str:
    parts = [
        f"{fulfilment[name]:.0f} {words}"
        for name, words in (
            ("ready_quantity", "ready"),
            ("backordered_quantity", "on order"),
            ("shipped_quantity", "on their way"),
        )
        if fulfilment[name]
    ]
    choice = f"; the customer's choice: {fulfilment['choice']}" if fulfilment["choice"] else ""
    return f"{fulfilment['state'].replace('_', ' ')}: {', '.join(parts) or 'nothing'}{choice}"


def _tell_shipment(warehouse: Warehouse, shipment: Row, place: Callable[[str], str], say: Say) -> None:
    content = ", ".join(f"{float(line['quantity']):.0f} x {line['sku']}" for line in shipment["lines"] or [])
    say(f"Shipment  {shipment['shipment_id']} ({shipment['state']}): {content}")
    if shipment["hold_reason"]:
        say(f"          held: {shipment['hold_reason']}")
    if shipment["total_amount"] is not None:
        source = "estimate of the rate sheet" if shipment["is_estimate"] else "quote of Canada Post"
        days = f", {shipment['transit_days']} working days" if shipment["transit_days"] else ""
        say(
            f"  rate    {shipment['service_name']} ({shipment['service_code']}){days}: "
            f"{amount(shipment['total_amount'])} with tax ({source})"
        )
    for parcel in rows(warehouse, _PARCELS, [shipment["shipment_id"]]):
        size = " x ".join(str(parcel[side] // 10) for side in ("length_mm", "width_mm", "height_mm"))
        say(f"  box     {parcel['box']}, {size} cm, {parcel['weight_g'] / 1000:.3f} kg")
        if parcel["tracking_number"]:
            billed = "transmitted" if parcel["is_transmitted"] else "not transmitted yet"
            status = parcel["tracking_status"] or "label"
            seen = "not scanned yet" if status == "label" else status.replace("_", " ")
            say(
                f"  label   {parcel['tracking_number']}, {amount(parcel['total_amount'])}, {billed}, "
                f"{seen}: {place(parcel['label_document_path'])}"
            )
        else:
            say(f"  label   {parcel['label_state']}: {parcel['label_problem']}")


def _tell_documents(documents: Sequence[Row], place: Callable[[str], str], say: Say) -> None:
    for document in documents:
        number = f" {document['document_number']}" if document["document_number"] else ""
        paid = {True: ", PAID", False: f", balance {amount(document['balance_amount'])}", None: ""}
        say(
            f"Paper     {document['kind'].replace('_', ' ')}{number} ({document['language']})"
            f"{paid[document['is_paid']]}: {place(document['path'])}"
        )
