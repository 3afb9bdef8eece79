"""Canada Post behind one set of functions, in two dialects: its JSON API (since 2026) and the older XML one.

`client(connection)` picks the dialect by the connection's extra: {"dialect": "json"} (the default) or "xml".
Both take and give the records below: amounts in Canadian dollars as Decimal, weights in grams, lengths in
millimetres. Hosts, paths and field names are in connections/canadapost_json.py and canadapost_xml.py only.

Pace per key and minute: tracking 20, rates 840, shipments 646, voids 468; beyond it the answer is "Rejected
by SLM Monitor", which is Unavailable and did nothing. A label is bought under our own id of the request, by
which it is found again. Links die after 90 days: the PDF is fetched at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.http import Answer, default_error

T = TypeVar("T")
Result = TypeVar("Result")
TRACKING_PER_MINUTE = 20
LONGEST_ADDRESS_LINE = 44
THROTTLED = "Rejected by SLM Monitor"
SOLD = "SOG"  # the reason for export: a sale of goods
# What becomes of a parcel abroad that cannot be delivered; the light services know no return at our cost.
_NON_DELIVERY = {"USA.TP": "RTS", "INT.TP": "RTS", "USA.SP.AIR": "RTS", "INT.SP.AIR": "RTS"}
_NON_DELIVERY_OTHERWISE = "RASE"
_THROTTLED_SECONDS = 60.0
# What its gateway says of a key that is not good here, whatever the status.
_KEY_PROBLEMS = re.compile(r"^(AA\d{3}|E00[12])$")
_NO_PDF = "the answer is no whole PDF"


@dataclass(frozen=True)
class Address:
    """Where a parcel comes from or goes to; country as two letters, postal code as it is written there."""

    name: str
    street: str
    city: str
    province: str
    postal_code: str
    country: str
    company: str = ""
    street_2: str = ""
    phone: str = ""

    @property
    def code(self) -> str:
        """The postal code as Canada Post takes it: no blanks in a Canadian one."""
        plain = self.postal_code.strip().upper()
        return plain.replace(" ", "") if self.country == "CA" else plain


@dataclass(frozen=True)
class Parcel:
    """A packed box: its whole weight and its measures."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def weight_kg(self) -> Decimal:
        """In kilograms to the gram."""
        return Decimal(self.weight_g).scaleb(-3)

    @property
    def sides_cm(self) -> tuple[Decimal, Decimal, Decimal]:
        """In centimetres to the millimetre, the longest first."""
        sides = sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True)
        return Decimal(sides[0]).scaleb(-1), Decimal(sides[1]).scaleb(-1), Decimal(sides[2]).scaleb(-1)


@dataclass(frozen=True)
class Price:
    """What something costs: before tax, its taxes, and all of it. `qst` is any provincial tax."""

    amount: Decimal
    gst: Decimal
    hst: Decimal
    qst: Decimal
    total: Decimal


@dataclass(frozen=True)
class Rate:
    """One service's price for a parcel; transit in working days (None: the service states none)."""

    service_code: str
    service_name: str
    price: Price
    transit_days: int | None = None
    expected_delivery_date: date | None = None


@dataclass(frozen=True)
class CustomsLine:
    """Goods of one kind in a parcel that leaves the country; value per unit in CAD."""

    description: str
    quantity: int
    unit_weight_g: int
    unit_value: Decimal
    sku: str = ""
    hs_code: str = ""
    origin_country: str = ""


@dataclass(frozen=True)
class LabelRequest:
    """A label to buy. `request_id` (35 characters at most) is ours, and finds it again."""

    request_id: str
    group_id: str
    service_code: str
    sender: Address
    destination: Address
    parcel: Parcel
    reference: str
    is_contract: bool = True
    customs: tuple[CustomsLine, ...] = ()


@dataclass(frozen=True)
class Label:
    """A label that was bought. `status` is created, transmitted or suspended; price None: not told here."""

    shipment_id: str
    tracking_number: str
    status: str
    label_path: str
    price: Price | None = None


class CanadaPost(Protocol):
    """What either dialect can do. Each raises Unavailable, Rejected, Misconfigured."""

    @property
    def requests(self) -> int:
        """How many were sent."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def each(self, function: Callable[[T], Result], items: Iterable[T]) -> list[Result]:
        """The function's results for all items, in order, a few at a time."""

    def rates(self, origin: str, destination: Address, parcel: Parcel, is_contract: bool) -> list[Rate]:
        """The services that take the parcel, and their prices."""

    def buy_label(self, request: LabelRequest) -> Label:
        """The label is bought, once for each call."""

    def find_label(self, request_id: str, is_contract: bool) -> Label | None:
        """The label bought under our id (None: there is none)."""

    def find_shipment(self, shipment_id: str, is_contract: bool) -> Label | None:
        """The label by Canada Post's own id (None: it is void, or there never was one)."""

    def label_pdf(self, label: Label) -> bytes:
        """The label to print."""

    def void(self, shipment_id: str) -> None:
        """The label, not transmitted yet, is void and costs nothing. Rejected 8064: it is transmitted."""

    def refund(self, shipment_id: str, email: str, is_contract: bool) -> str:
        """The money for a label that was not used is asked back; the id of the request."""

    def transmit(self, group_ids: Sequence[str], request_id: str, sender: Address) -> list[str]:
        """Every label of the groups is handed over to be billed by contract; the manifests' ids."""

    def return_label(self, request: LabelRequest) -> Label:
        """A label with which the customer (its sender) sends something back."""

    def track(self, tracking_number: str) -> dict[str, Any]:
        """What is known of the parcel, in the words of the JSON API. Rejected: the number has no history."""


def client(connection: Connection) -> CanadaPost:
    """A client of the account, in the dialect that the connection names. Misconfigured: it names none."""
    from connections.canadapost_json import JsonApi
    from connections.canadapost_xml import XmlApi

    dialect = str(connection.extra.get("dialect") or "json")
    if dialect == "json":
        return JsonApi(connection)
    if dialect == "xml":
        return XmlApi(connection)
    raise Misconfigured(
        f"the dialect is {dialect}", where="connection canadapost, extra.dialect", remedy="json or xml"
    )


def customer_number(connection: Connection) -> str:
    """The account's number. Misconfigured: the connection has none."""
    number = str(connection.extra.get("customer_number") or "")
    if not re.fullmatch(r"\d{1,10}", number):
        raise Misconfigured(
            "the account's number is missing or has other signs than digits",
            where="connection canadapost, extra.customer_number",
        )
    return number


def contract_number(connection: Connection) -> str:
    """The contract's number. Misconfigured: the connection has none."""
    number = str(connection.extra.get("contract_id") or "")
    if not re.fullmatch(r"\d{1,10}", number):
        raise Misconfigured(
            "labels are bought by contract, and its number is missing or has other signs than digits",
            where="connection canadapost, extra.contract_id",
            remedy='Give it, or set account = "non_contract" in [shipping]',
        )
    return number


def non_delivery_option(service_code: str) -> str:
    """The option that a parcel abroad must name."""
    return _NON_DELIVERY.get(service_code, _NON_DELIVERY_OTHERWISE)


def own_path(address: str) -> str:
    """The path of a link; we ask only the host of the connection for it, which has our key."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def whole_pdf(answer: Answer) -> bytes:
    """The answer's PDF. Unavailable: it is none, or not yet made, or cut off."""
    if answer.status == 202:
        raise Unavailable("the label is not drawn yet", where=answer.where, request_id=answer.request_id)
    if not answer.body.startswith(b"%PDF-") or b"%%EOF" not in answer.body[-1024:]:
        raise Unavailable(_NO_PDF, where=answer.where, request_id=answer.request_id)
    return answer.body


def error_from(answer: Answer, messages: Iterable[tuple[str, str]]) -> CounterflowError | None:
    """The error that (code, words) of an answer stand for; None leaves the status to decide."""
    found = [(code, " ".join(words.split())) for code, words in messages]
    text = "; ".join(f"{code}: {words[:200]}" for code, words in found)
    if THROTTLED.encode() in answer.body:
        error = Unavailable(THROTTLED, where=answer.where, request_id=answer.request_id)
        error.may_have_worked = False
        error.retry_after_seconds = _THROTTLED_SECONDS
        return error
    if any(_KEY_PROBLEMS.match(code) for code, _ in found):
        # AA002: the key of the other environment
        return Misconfigured(
            text,
            where=answer.where,
            request_id=answer.request_id,
            remedy="Is it the key of this environment (development or production)?",
        )
    if answer.status < 400 or not found:
        return None
    error_of_status = default_error(answer, text)
    if isinstance(error_of_status, Rejected):
        error_of_status.code = found[0][0]
    return error_of_status
