"""An order's whole story: who, what, the money, where it stands, and what happened, in the order of time.

Everything is read from the marts, and from the record of writes; marts that no build has made yet
are passed over. Amounts are in the order's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connections import order_records
from connections.warehouse import Warehouse, rows
from portal.staff import wording

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that happened: when, of which kind (a word for its mark), what, and more of it."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    is_open: bool = False


@dataclass
class Story:
    """All that the page shows. `contact` and `fulfilment` None: no build has made them for it."""

    order: Row
    contact: Row | None = None
    fulfilment: Row | None = None
    lines: list[Row] = field(default_factory=list)
    taxes: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    backorders: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    planned: list[Row] = field(default_factory=list)
    parcels: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    open_writes: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def tell(warehouse: Warehouse, number: str) -> Story:
    """The story of the order of that id or number. Rejected: there is none."""
    order = order_records.find(warehouse, number)
    order_id = str(order["order_id"])
    story = Story(order)
    for name, table, by in _PARTS:
        setattr(story, name, of_order(warehouse, table, order_id, by))
    story.lines = order_records.lines(warehouse, order_id)
    story.taxes = order_records.taxes(warehouse, order_id)
    story.payments = order_records.payments(warehouse, order_id)
    story.refunds = order_records.refunds(warehouse, order_id)
    story.contact = next(iter(of_order(warehouse, "order_contacts", order_id, "order_id")), None)
    story.fulfilment = next(iter(of_order(warehouse, "order_fulfilments", order_id, "order_id")), None)
    bases = {event["base_key"] for event in order_records.events(warehouse, order_id)}
    story.entries = order_records.entries(warehouse, bases)
    writes = [*story.entries, *order_records.other_writes(warehouse, order_id)]
    story.open_writes = [write for write in writes if write["status"] in wording.OPEN]
    events = [event for gather in _EVENTS for event in gather(warehouse, story)]
    events += _written(warehouse, writes)
    story.events = sorted(events, key=lambda event: event.at)
    return story


_PARTS = (
    ("backorders", "backorders", "line_number"),
    ("allocations", "allocations", "allocation_id"),
    ("planned", "planned_shipments", "shipment_number"),
    ("parcels", "parcels", "parcel_id"),
    ("documents", "documents", "issued_on, document_key"),
    ("messages", "messages", "sent_at, message_key"),
    ("quarantine", "quarantine", "entity, record_key"),
)


def exists(warehouse: Warehouse, mart: str) -> bool:
    """Whether a build has made the mart."""
    return bool(rows(warehouse, "select to_regclass(%s) is not null as it_is", [f"marts.{mart}"])[0]["it_is"])


def of_order(warehouse: Warehouse, mart: str, order_id: str, by: str) -> list[Row]:
    """The order's rows of a mart; none where there is no such mart yet. `by`: columns, never from outside."""
    if not exists(warehouse, mart):
        return []
    return list(
        rows(warehouse, f"select * from marts.{mart} where order_id = %s order by {by}", [order_id])  # noqa: S608
    )


def _sale(warehouse: Warehouse, story: Story) -> Iterator[Event]:
    order = story.order
    total = f"{order['total_amount']:,.2f} {order['currency']}"
    yield Event(order["created_at"], "sale", f"Order placed: {total}", order["customer_note"] or "")
    for payment in story.payments:
        if payment["paid_at"]:
            yield Event(
                payment["paid_at"],
                "money",
                f"Paid {payment['amount']:,.2f} {payment['currency']}, {payment['payment_method']}",
                f"{payment['status']} {payment['charge_id_stripe'] or ''}",
            )
    for refund in story.refunds:
        if refund["refunded_at"]:
            yield Event(
                refund["refunded_at"],
                "money",
                f"Refunded {refund['amount']:,.2f} {refund['currency']}",
                refund["reason"] or "",
            )
    for dispute in order_records.disputes(warehouse, str(order["order_id"])):
        yield Event(dispute["opened_at"], "money", f"Payment disputed, {dispute['state']}")


def _choices(warehouse: Warehouse, story: Story) -> Iterator[Event]:
    for choice in of_order(warehouse, "order_choices", str(story.order["order_id"]), "answered_at"):
        yield Event(
            choice["answered_at"], "choice", f"The customer chose: {wording.CHOICES[choice['choice']]}"
        )


def _goods(warehouse: Warehouse, story: Story) -> Iterator[Event]:
    order_id = str(story.order["order_id"])
    for packing in rows(
        warehouse, "select * from portal.packings where order_id = %s order by packing_id", [order_id]
    ):
        done = "packed" if packing["is_packed"] else "opened again"
        yield Event(
            packing["packed_at"],
            "goods",
            f"Box {packing['shipment_id']} {done}",
            f"by {packing['packed_by']}",
        )
    for shipment in order_records.shipments(warehouse, order_id):
        yield Event(
            shipment["shipped_at"], "goods", f"Shipment {shipment['shipment_number']} left",
            f"goods of {shipment['goods_amount']:,.2f} {shipment['currency']}, by {shipment['system']}",
        )  # fmt: skip
    for parcel in story.parcels:
        name = f"Parcel {parcel['parcel_number']} ({parcel['tracking_number'] or 'no number'})"
        if parcel["delivered_at"]:
            yield Event(parcel["delivered_at"], "goods", f"{name} delivered")
        elif parcel["tracking_at"] and parcel["tracking_status"]:
            yield Event(parcel["tracking_at"], "goods", f"{name}: {wording.plain(parcel['tracking_status'])}")


def _bounces(warehouse: Warehouse, story: Story) -> Iterator[Event]:
    for message in story.messages:
        if message["bounced_at"]:
            yield Event(
                message["bounced_at"], "mail", f"Mail came back: {wording.key_of(message['message_key'])}",
                message["bounce_reason"] or "", is_open=True,
            )  # fmt: skip


_EVENTS: tuple[Callable[[Warehouse, Story], Iterator[Event]], ...] = (_sale, _choices, _goods, _bounces)


def _written(warehouse: Warehouse, writes: list[Row]) -> Iterator[Event]:
    """What was written, and what people decided about it."""
    for write in writes:
        told = wording.write(write)
        yield Event(
            write["finished_at"] or write["sent_at"] or write["planned_at"],
            wording.MARKS.get(write["thing"], "write"),
            told.title,
            told.detail,
            is_open=write["status"] in wording.OPEN,
        )
    for act in rows(
        warehouse,
        """
        select at, who, act, subject, reason, detail from portal.acts
        where subject = any(%s) order by act_id
        """,
        [[f"write {write['write_id']}" for write in writes]],
    ):
        thing = wording.THINGS.get(act["detail"].get("thing", ""), "")
        title = f"{act['who']}: {wording.ACTS[act['act']]} {thing}"
        yield Event(act["at"], "person", title, act["reason"] or "")
