"""One order as its customer may see it, and the customer's answer. Days are in the shop's zone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from connections.connection import Connection
from connections.warehouse import rows, session

ROLE = "counterflow_portal"

Choice = Literal["ship_now", "wait"]
CHOICES: tuple[Choice, ...] = ("ship_now", "wait")
# asking: waits for an answer; answered: has one, which may be changed; the others may not be answered.
State = Literal[
    "asking", "answered", "packing", "part_shipped", "shipped", "ready", "waiting", "unpaid", "cancelled",
    "preparing",
]  # fmt: skip
Outcome = Literal["taken", "same", "outdated", "closed"]

PARCEL_STATUSES = ("label", "in_transit", "out_for_delivery", "delivered", "problem", "returned")

_STATES: Mapping[str, State] = {
    "waiting_for_payment": "unpaid",
    "ready": "ready",
    "asking": "waiting",
    "waiting": "waiting",
    "backordered": "waiting",
    "packing": "packing",
    "part_shipped": "part_shipped",
    "shipped": "shipped",
    "cancelled": "cancelled",
    "held": "preparing",
}


@dataclass(frozen=True)
class Shop:
    """What the page says of the shop."""

    name: str
    email: str | None
    zone: ZoneInfo
    default_choice: Choice
    most_per_minute: int


@dataclass(frozen=True)
class Line:
    """One line of the order in sellable units. `promise_date` None: nobody knows yet."""

    name: str
    ready: Decimal
    to_come: Decimal
    promise_date: date | None


@dataclass(frozen=True)
class Option:
    """What one way of sending costs, before tax, in its currency."""

    amount: Decimal
    currency: str
    is_estimate: bool


@dataclass(frozen=True)
class Parcel:
    """One parcel. `status` is one of parcels.tracking_status; None: the carrier has not said."""

    tracking_number: str | None
    service_code: str | None
    service_name: str | None
    status: str | None
    expected_on: date | None
    delivered_on: date | None


@dataclass(frozen=True)
class Shipment:
    """What leaves together. `shipped_on` None: it is packed and has not left."""

    number: int
    is_pickup: bool
    shipped_on: date | None
    lines: tuple[tuple[str, Decimal], ...]
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True)
class OrderPage:
    """All that one order's page shows. `answer_number` is that of the newest answer; 0: there is none."""

    order_id: str
    number: str
    language: str
    currency: str
    state: State
    is_pickup: bool
    choice: Choice | None
    is_by_default: bool
    answer_number: int
    answer_by: date | None
    promise_date: date | None
    is_shipping_paid: bool
    lines: tuple[Line, ...]
    options: Mapping[str, Option]
    shipments: tuple[Shipment, ...]
    shop: Shop

    @property
    def ready(self) -> list[Line]:
        """The lines of which something is in stock and has not left."""
        return [line for line in self.lines if line.ready > 0]

    @property
    def to_come(self) -> list[Line]:
        """The lines of which something is still to come."""
        return [line for line in self.lines if line.to_come > 0]

    @property
    def is_open(self) -> bool:
        """Whether an answer counts."""
        return self.state in ("asking", "answered")


class Orders:
    """The orders, one at a time, through the two functions that the role of these pages may call.

    `warehouse`: signed in as anybody who may take role counterflow_portal.
    """

    def __init__(self, warehouse: Connection) -> None:
        self._warehouse = warehouse

    def page(self, order_id: str) -> OrderPage | None:
        """The order's page; None: it has none. Unavailable."""
        with self._session() as warehouse:
            found = rows(warehouse, "select portal.order_page(%s) as page", [order_id])[0]["page"]
        return read(found) if found else None

    def answer(self, order_id: str, choice: Choice, seen_number: int, fingerprint: str) -> Outcome:
        """The choice is on record, or stood there already, or came too late. Unavailable."""
        with self._session() as warehouse:
            query = "select portal.give_answer(%s, %s, %s, %s) as outcome"
            found = rows(warehouse, query, [order_id, choice, seen_number, fingerprint])
        outcome: Outcome = found[0]["outcome"]
        return outcome

    @contextmanager
    def _session(self) -> Any:
        with session(self._warehouse, role=ROLE) as warehouse:
            warehouse.execute("set local statement_timeout = '5s'")
            yield warehouse


def read(row: Mapping[str, Any]) -> OrderPage:
    """The page of what portal.order_page() returned."""
    shop = _shop(row["shop"])
    answer = row["answer"] or {}
    is_open = bool(row["is_choice_open"]) and not row["is_packed_since"]
    # as long as it counts the newest answer; afterwards what was made of the answers
    choice = (answer.get("choice") if is_open else None) or row["choice"]
    state = _STATES.get(row["state"], "preparing")
    if is_open:
        state = "answered" if choice else "asking"
    elif row["is_choice_open"]:
        state = "packing"  # since the mart was built
    return OrderPage(
        order_id=row["order_id"],
        number=row["order_number"],
        language=row["language"],
        currency=row["currency"],
        state=state,
        is_pickup=bool(row["is_pickup"]),
        choice=choice,
        is_by_default=not answer and row["choice_source"] == "default",
        answer_number=answer.get("answer_number", 0),
        answer_by=_day(row["question_due_at"], shop.zone),
        promise_date=_day(row["promise_date"], shop.zone),
        is_shipping_paid=bool(row["is_shipping_paid"]),
        lines=tuple(_line(line) for line in row["lines"]),
        options={
            name: Option(Decimal(str(option["amount"])), option["currency"], bool(option.get("is_estimate")))
            for name, option in (row["options"] or {}).items()
        },
        shipments=tuple(_shipment(shipment, shop.zone) for shipment in row["shipments"]),
        shop=shop,
    )


def _shop(told: Mapping[str, Any] | None) -> Shop:
    told = told or {}
    return Shop(
        name=told.get("name") or "",
        email=told.get("email"),
        zone=ZoneInfo(told.get("time_zone") or "UTC"),
        default_choice=told.get("default_choice") or "ship_now",
        most_per_minute=told.get("most_per_minute") or 30,
    )


def _line(line: Mapping[str, Any]) -> Line:
    promised = line.get("promise_date")
    return Line(
        name=line["name"],
        ready=Decimal(str(line["ready"])),
        to_come=Decimal(str(line["to_come"])),
        promise_date=date.fromisoformat(promised) if promised else None,
    )


def _shipment(shipment: Mapping[str, Any], zone: ZoneInfo) -> Shipment:
    return Shipment(
        number=shipment["number"],
        is_pickup=bool(shipment.get("is_pickup")),
        shipped_on=_day(shipment.get("shipped_at"), zone),
        lines=tuple((line["name"], Decimal(str(line["quantity"]))) for line in shipment["lines"]),
        parcels=tuple(
            Parcel(
                tracking_number=parcel.get("tracking_number"),
                service_code=parcel.get("service_code"),
                service_name=parcel.get("service_name"),
                status=status if (status := parcel.get("tracking_status")) in PARCEL_STATUSES else None,
                expected_on=_day(parcel.get("expected_delivery_date"), zone),
                delivered_on=_day(parcel.get("delivered_at"), zone),
            )
            for parcel in shipment["parcels"]
        ),
    )


def _day(text: str | None, zone: ZoneInfo) -> date | None:
    """The day of a date, or of a moment in the zone."""
    if not text:
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone).date()
