"""Canada Post's older API, XML with Basic authentication: hosts and paths are here only.

The 16 official schemas describe it; whether it still answers every account is not confirmed. `Accept: */*` is
refused. A shipment without a contract has no id of ours: it is found again by its reference among those of
the last 31 days. A return label is billed when it is used; one bought twice costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from connections import canadapost
from connections import canadapost_elements as elements
from connections.canadapost import Address, Label, LabelRequest, Parcel, Price, Rate
from connections.canadapost_elements import MANIFEST, PLAIN_SHIPMENT, RATES, RETURN, SHIPMENT, TRACK
from connections.connection import Connection
from connections.errors import Rejected
from connections.http import Answer, Http

HOST = "soa-gw.canadapost.ca"
RATES_PATH = "/rs/ship/price"
SHIPMENTS_PATH = "/rs/{customer}/{customer}/shipment"
PLAIN_SHIPMENTS_PATH = "/rs/{customer}/ncshipment"  # without a contract
MANIFESTS_PATH = "/rs/{customer}/{customer}/manifest"
RETURNS_PATH = "/rs/{customer}/{customer}/authorizedreturn"
TRACKING_PATH = "/vis/track/pin/{pin}/detail"
LOOK_UP = "requestId"

# Longer than a purchase whose answer was lost waits for the next look-up, also where nobody looks for weeks.
_LOOK_BACK = timedelta(days=31)

T = TypeVar("T")
Result = TypeVar("Result")


class XmlApi:
    """The account through the XML API (connections/canadapost.py says what each function does)."""

    def __init__(self, connection: Connection) -> None:
        self._customer = canadapost.customer_number(connection)
        self._connection = connection
        self._plain: dict[str, str] = {}  # our id -> shipment, of those without a contract
        self._http = Http(
            connection,
            auth=(connection.login, connection.password),
            headers={"Accept-Language": "en-CA"},
            requests_per_second=float(connection.extra.get("requests_per_second", 10)),
            error_of=elements.error_of,
            check=elements.whole,
        )

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._http.requests

    def __enter__(self) -> XmlApi:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()

    def each(self, function: Callable[[T], Result], items: Iterable[T]) -> list[Result]:
        """The function's results for all items, in order, a few at a time."""
        return self._http.each(function, items)

    def rates(self, origin: str, destination: Address, parcel: Parcel, is_contract: bool) -> list[Rate]:
        """The services that take the parcel, and their prices."""
        scenario = {
            "customer-number": self._customer,
            "contract-id": canadapost.contract_number(self._connection) if is_contract else None,
            "quote-type": "commercial",
            "parcel-characteristics": elements.parcel(parcel),
            "origin-postal-code": origin.replace(" ", "").upper(),
            "destination": elements.rate_destination(destination),
        }
        answer = self._http.read("POST", RATES_PATH, **elements.content(RATES, "mailing-scenario", scenario))
        return [elements.rate(quote) for quote in elements.root(answer).findall("price-quote")]

    def buy_label(self, request: LabelRequest) -> Label:
        """The label is bought, once for each call."""
        if not request.is_contract:
            return self._buy_plain(request)
        spec = elements.delivery_spec(request)
        spec["print-preferences"] = {"output-format": "4x6", "encoding": "PDF"}
        spec["settlement-info"] = {
            "paid-by-customer": self._customer,
            "contract-id": canadapost.contract_number(self._connection),
            "intended-method-of-payment": "Account",
        }
        shipment = {
            "customer-request-id": request.request_id,
            "group-id": request.group_id,
            "requested-shipping-point": request.sender.code,
            "provide-pricing-info": "true",
            "delivery-spec": spec,
        }
        return elements.label(elements.root(self._post(self._shipments, SHIPMENT, "shipment", shipment)))

    def find_label(self, request_id: str, is_contract: bool) -> Label | None:
        """The label bought under our id (None: there is none)."""
        if not is_contract:
            return self._find_plain(request_id)
        try:
            found = elements.root(self._get(self._shipments, SHIPMENT, {LOOK_UP: request_id}))
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        link = found.find("link[@rel='shipment']")
        if link is None:
            return None
        return self._with_price(canadapost.own_path(link.get("href", "")))

    def find_shipment(self, shipment_id: str, is_contract: bool) -> Label | None:
        """The label by its own id (None: it is void, or there never was one)."""
        try:
            if is_contract:
                return self._with_price(f"{self._shipments}/{shipment_id}")
            return self._plain_by_id(shipment_id)
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    def _with_price(self, path: str) -> Label:
        label = elements.label(elements.root(self._get(path, SHIPMENT)))
        return replace(label, price=elements.price(elements.root(self._get(f"{path}/price", SHIPMENT))))

    def label_pdf(self, label: Label) -> bytes:
        """The label to print."""
        answer = self._http.read("GET", label.label_path, headers={"Accept": "application/pdf"})
        return canadapost.whole_pdf(answer)

    def void(self, shipment_id: str) -> None:
        """The label, not transmitted yet, is void."""
        path = f"{self._shipments}/{shipment_id}"
        self._http.send("DELETE", path, headers={"Accept": elements.media_type(SHIPMENT)})

    def refund(self, shipment_id: str, email: str, is_contract: bool) -> str:
        """The money for an unused label is asked back; the id of the request."""
        kind = SHIPMENT if is_contract else PLAIN_SHIPMENT
        name = "shipment-refund-request" if is_contract else "non-contract-shipment-refund-request"
        path = self._shipments if is_contract else self._plain_shipments
        answer = self._post(f"{path}/{shipment_id}/refund", kind, name, {"email": email})
        return elements.text(elements.root(answer), "service-ticket-id")

    def transmit(self, group_ids: Sequence[str], request_id: str, sender: Address) -> list[str]:
        """Every label of the groups is handed over; the ids of the manifests."""
        address = {
            "manifest-company": (sender.company or sender.name)[:44],
            "phone-number": sender.phone[:25],
        }
        transmit_set = {
            "customer-request-id": request_id,
            "group-ids": [("group-id", group) for group in group_ids],
            "requested-shipping-point": sender.code,
            "detailed-manifests": "true",
            "method-of-payment": "Account",
            "manifest-address": {**address, "address-details": elements.address(sender)},
        }
        path = MANIFESTS_PATH.format(customer=self._customer)
        answer = elements.root(self._post(path, MANIFEST, "transmit-set", transmit_set))
        return [link.get("href", "").rsplit("/", 1)[-1] for link in answer.findall("link[@rel='manifest']")]

    def return_label(self, request: LabelRequest) -> Label:
        """A label with which the customer (its sender) sends something back."""
        sender, to = request.sender, request.destination
        wanted = {
            "service-code": request.service_code,
            "returner": {"name": sender.name[:44], "domestic-address": elements.home_address(sender)},
            "receiver": {
                "name": (to.company or to.name)[:44],
                "domestic-address": elements.home_address(to),
            },
            "parcel-characteristics": elements.parcel(request.parcel),
            "print-preferences": {"output-format": "4x6", "encoding": "PDF"},
            "settlement-info": {"contract-id": canadapost.contract_number(self._connection)},
            "references": {"customer-ref-1": request.request_id, "customer-ref-2": request.reference[:35]},
        }
        path = RETURNS_PATH.format(customer=self._customer)
        answer = elements.root(self._post(path, RETURN, "authorized-return", wanted))
        link = answer.find("links/link[@rel='returnLabel']")
        number = elements.text(answer, "tracking-pin")
        return Label(
            number, number, "created", canadapost.own_path(link.get("href", "") if link is not None else "")
        )

    def track(self, tracking_number: str) -> dict[str, Any]:
        """What is known of the parcel."""
        answer = elements.root(self._get(TRACKING_PATH.format(pin=tracking_number), TRACK))
        if elements.text(answer, "pin") != tracking_number:
            raise Rejected(
                f"the answer is not about {tracking_number}, which was asked for", where="canadapost"
            )
        return elements.tracking(answer)

    def _buy_plain(self, request: LabelRequest) -> Label:
        shipment = {
            "requested-shipping-point": request.sender.code,
            "delivery-spec": elements.delivery_spec(request),
        }
        answer = self._post(self._plain_shipments, PLAIN_SHIPMENT, "non-contract-shipment", shipment)
        label = self._with_receipt(elements.root(answer))
        self._plain[request.request_id] = label.shipment_id
        return label

    def _find_plain(self, request_id: str) -> Label | None:
        """By its reference, among the shipments of the last days."""
        if request_id not in self._plain:
            since = (datetime.now(UTC) - _LOOK_BACK).strftime("%Y%m%d%H%M")
            listed = elements.root(self._get(self._plain_shipments, PLAIN_SHIPMENT, {"from": since}))
            known = set(self._plain.values())
            for link in listed.findall("link[@rel='shipment']"):
                path = canadapost.own_path(link.get("href", ""))
                if path.rsplit("/", 1)[-1] not in known:
                    details = elements.root(self._get(f"{path}/details", PLAIN_SHIPMENT))
                    reference = elements.text(details, "delivery-spec/references/customer-ref-1")
                    self._plain[reference or path] = path.rsplit("/", 1)[-1]
        if request_id not in self._plain:
            return None
        return self._plain_by_id(self._plain[request_id])

    def _plain_by_id(self, shipment_id: str) -> Label:
        path = f"{self._plain_shipments}/{shipment_id}"
        return self._with_receipt(elements.root(self._get(path, PLAIN_SHIPMENT)))

    def _with_receipt(self, info: Element) -> Label:
        label = elements.label(info)
        receipt = elements.root(
            self._get(f"{self._plain_shipments}/{label.shipment_id}/receipt", PLAIN_SHIPMENT)
        )
        amount, gst, hst, pst = (elements.amount(receipt, name) for name in elements.PRICE_NAMES[:-1])
        price = Price(amount, gst, hst, pst, amount + gst + hst + pst)
        return replace(label, status="transmitted", price=price)

    @property
    def _shipments(self) -> str:
        return SHIPMENTS_PATH.format(customer=self._customer)

    @property
    def _plain_shipments(self) -> str:
        return PLAIN_SHIPMENTS_PATH.format(customer=self._customer)

    def _get(self, path: str, kind: str, params: Mapping[str, Any] | None = None) -> Answer:
        return self._http.read("GET", path, params=params, headers={"Accept": elements.media_type(kind)})

    def _post(self, path: str, kind: str, name: str, content: Mapping[str, Any]) -> Answer:
        return self._http.send("POST", path, **elements.content(kind, name, content))
