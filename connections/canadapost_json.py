"""Canada Post's JSON API (since April 2026): hosts, paths and field names are here and nowhere else.

Sign-in: OAuth2 client credentials; login and password of the connection are the client's id and secret.
The shipping and tracking parts follow the official description. What is marked "unsure" was rebuilt from
client programs: the rates' answer, and the look-up of a shipment by our own id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from connections import canadapost
from connections.canadapost import Address, CustomsLine, Label, LabelRequest, Parcel, Price, Rate
from connections.canadapost_token import Token
from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.http import Answer, Http

HOST = "api.canadapost-postescanada.ca"
BASE = "/prod/devportal-portaildesdeveloppeurs"
TOKEN_PATH = f"{BASE}/cpc-api-native-oauth-provider/oauth2/token"
RATES_PATH = f"{BASE}/rating/v1/prices"  # unsure
SHIPMENTS_PATH = BASE + "/shipping/v1/{customer}/{customer}/shipments"
MANIFESTS_PATH = BASE + "/shipping/v1/{customer}/{customer}/manifests"
TRACKING_PATH = BASE + "/tracking/v1/pins/{pin}/details"
LOOK_UP = "requestId"  # unsure: as in the XML API
REQUEST_ID_HEADER = "x-global-transaction-id"

T = TypeVar("T")
Result = TypeVar("Result")


class JsonApi:
    """The account through the JSON API (connections/canadapost.py says what each function does)."""

    def __init__(self, connection: Connection) -> None:
        self._customer = canadapost.customer_number(connection)
        self._connection = connection
        self._http = Http(
            connection,
            auth=Token(connection, TOKEN_PATH),
            headers={"Accept": "application/json", "Accept-Language": "en-CA"},
            requests_per_second=float(connection.extra.get("requests_per_second", 10)),
            error_of=_error_of,
            request_id_header=REQUEST_ID_HEADER,
            check=_whole,
        )

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._http.requests

    def __enter__(self) -> JsonApi:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()

    def each(self, function: Callable[[T], Result], items: Iterable[T]) -> list[Result]:
        """The function's results for all items, in order, a few at a time."""
        return self._http.each(function, items)

    def rates(self, origin: str, destination: Address, parcel: Parcel, is_contract: bool) -> list[Rate]:
        """The services that take the parcel, and their prices."""
        body: dict[str, Any] = {
            "customerNumber": self._customer,
            "quoteType": "commercial",
            "parcelCharacteristics": _parcel(parcel),
            "originPostalCode": origin.replace(" ", "").upper(),
            "destination": _rate_destination(destination),
        }
        if is_contract:
            body["contractId"] = canadapost.contract_number(self._connection)
        answer = self._http.read("POST", RATES_PATH, json=body)
        return [_rate(item) for item in _exact(answer)]

    def buy_label(self, request: LabelRequest) -> Label:
        """The label is bought, once for each call."""
        body = _shipment(request, self._customer)
        if request.is_contract:
            body["deliverySpec"]["settlementInfo"] = {
                "paidByCustomer": self._customer,
                "contractId": canadapost.contract_number(self._connection),
                "intendedMethodOfPayment": "Account",
            }
            body["groupId"] = request.group_id
        else:
            body["deliverySpec"]["settlementInfo"] = {"intendedMethodOfPayment": "CreditCard"}
            body["transmitShipment"] = True
        return _label(_exact(self._http.send("POST", self._shipments, json=body)))

    def find_label(self, request_id: str, is_contract: bool) -> Label | None:
        """The label bought under our id (None: there is none)."""
        try:
            found = _exact(self._http.get(self._shipments, {LOOK_UP: request_id}))
        except Rejected as error:
            if error.status == 404:
                return None
            raise
        shipments = found if isinstance(found, list) else [found]
        ours = [item for item in shipments if item.get("customerRequestId") == request_id]
        return self._with_price(_label(ours[0])) if ours else None

    def find_shipment(self, shipment_id: str, is_contract: bool) -> Label | None:
        """The label by its own id (None: it is void, or there never was one)."""
        try:
            return self._with_price(_label(_exact(self._http.get(f"{self._shipments}/{shipment_id}"))))
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    def _with_price(self, label: Label) -> Label:
        if label.price:
            return label
        price = _exact(self._http.get(f"{self._shipments}/{label.shipment_id}/price"))
        return replace(label, price=_price(price))

    def label_pdf(self, label: Label) -> bytes:
        """The label to print."""
        answer = self._http.read("GET", label.label_path, headers={"Accept": "application/pdf"})
        return canadapost.whole_pdf(answer)

    def void(self, shipment_id: str) -> None:
        """The label, not transmitted yet, is void."""
        self._http.send("DELETE", f"{self._shipments}/{shipment_id}")

    def refund(self, shipment_id: str, email: str, is_contract: bool) -> str:
        """The money for an unused label is asked back; the id of the request."""
        path = f"{self._shipments}/{shipment_id}/refund"  # unsure: as in the XML API
        answer = _exact(self._http.send("POST", path, json={"email": email}))
        return str(answer["serviceTicketId"])

    def transmit(self, group_ids: Sequence[str], request_id: str, sender: Address) -> list[str]:
        """Every label of the groups is handed over; the ids of the manifests."""
        body = {
            "customerRequestId": request_id,
            "groupIds": list(group_ids),
            "requestedShippingPoint": sender.code,
            "detailedManifests": True,
            "methodOfPayment": "Account",
            "manifestAddress": {
                "manifestCompany": sender.company,
                "phoneNumber": sender.phone,
                "addressDetails": _address(sender),
            },
        }
        path = MANIFESTS_PATH.format(customer=self._customer)
        links = _exact(self._http.send("POST", path, json=body))
        return [link["href"].rsplit("/", 1)[-1] for link in links if link["rel"] == "manifest"]

    def return_label(self, request: LabelRequest) -> Label:
        """Here an ordinary label from the customer to us: the JSON API has no call of its own for it."""
        return self.buy_label(request)

    def track(self, tracking_number: str) -> dict[str, Any]:
        """What is known of the parcel."""
        found: dict[str, Any] = self._http.get(TRACKING_PATH.format(pin=tracking_number)).data
        if not isinstance(found, dict) or str(found.get("pin")) != tracking_number:
            raise Rejected(
                f"the answer is not about {tracking_number}, which was asked for", where="canadapost"
            )
        return found

    @property
    def _shipments(self) -> str:
        return SHIPMENTS_PATH.format(customer=self._customer)


def _whole(answer: Answer) -> object:
    is_pdf = answer.headers.get("content-type", "").startswith("application/pdf")
    return canadapost.whole_pdf(answer) if is_pdf or answer.status == 202 else answer.data


def _exact(answer: Answer) -> Any:
    """The body with its decimals as they are written. Unavailable: it is no JSON."""
    answer.data  # noqa: B018 - says what is wrong with what is no JSON
    return json.loads(answer.body, parse_float=Decimal)


def _error_of(answer: Answer) -> CounterflowError | None:
    messages: list[tuple[str, str]] = []
    if answer.status >= 400:
        try:
            body = json.loads(answer.body)
            messages = [(str(item["errorCode"]), str(item["message"])) for item in body["errors"]]
        except (ValueError, KeyError, TypeError):
            messages = []
    return canadapost.error_from(answer, messages)


def _parcel(parcel: Parcel) -> dict[str, Any]:
    length, width, height = (float(side) for side in parcel.sides_cm)
    return {
        "weight": float(parcel.weight_kg),
        "dimensions": {"length": length, "width": width, "height": height},
    }


def _rate_destination(address: Address) -> dict[str, Any]:
    if address.country == "CA":
        return {"domestic": {"postalCode": address.code}}
    if address.country == "US":
        return {"unitedStates": {"zipCode": address.code}}
    return {"international": {"countryCode": address.country}}


def _address(address: Address) -> dict[str, str]:
    fields = {
        "addressLine1": address.street,
        "addressLine2": address.street_2,
        "city": address.city,
        "provState": address.province,
        "countryCode": address.country,
        "postalZipCode": address.code,
    }
    return {name: value for name, value in fields.items() if value}


def _shipment(request: LabelRequest, customer: str) -> dict[str, Any]:
    sender, to = request.sender, request.destination
    spec: dict[str, Any] = {
        "serviceCode": request.service_code,
        "sender": {
            "name": sender.name[:44],
            "company": (sender.company or sender.name)[:44],
            "contactPhone": sender.phone[:25],
            "addressDetails": _address(sender),
        },
        "destination": {"name": to.name[:44], "addressDetails": _address(to)},
        "parcelCharacteristics": _parcel(request.parcel),
        "printPreferences": {"outputFormat": "4x6", "encoding": "PDF"},
        "preferences": {"showPackingInstructions": False},
        "references": {"customerRef1": request.request_id, "customerRef2": request.reference[:35]},
    }
    if to.company:
        spec["destination"]["company"] = to.company[:44]
    if to.phone:
        spec["destination"]["clientVoiceNumber"] = to.phone[:25]
    if to.country != "CA":
        spec["options"] = [{"optionCode": canadapost.non_delivery_option(request.service_code)}]
        spec["customs"] = {
            "currency": "CAD",
            "reasonForExport": canadapost.SOLD,
            "skuList": [_customs_line(line) for line in request.customs],
        }
    return {
        "customerRequestId": request.request_id,
        "requestedShippingPoint": sender.code,
        "providePricingInfo": True,
        "deliverySpec": spec,
    }


def _customs_line(line: CustomsLine) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "customsNumberOfUnits": line.quantity,
        "customsDescription": line.description[:45],
        "unitWeight": float(Decimal(max(line.unit_weight_g, 1)).scaleb(-3)),
        "customsValuePerUnit": float(line.unit_value),
        "sku": line.sku[:15],
        "hsTariffCode": line.hs_code,
        "countryOfOrigin": line.origin_country,
    }
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def _tax(value: Any) -> Decimal:
    """The description leaves open what a tax of a rate is: an amount, or one beside its percentage."""
    return _money(value.get("amount", value.get("value")) if isinstance(value, dict) else value)


def _rate(item: dict[str, Any]) -> Rate:
    details, standard = item["priceDetails"], item.get("serviceStandard") or {}
    taxes = details.get("taxes") or {}
    gst, hst, pst = (_tax(taxes.get(name)) for name in ("gst", "hst", "pst"))
    due, delivery = _money(details["due"]), standard.get("expectedDeliveryDate")
    return Rate(
        item["serviceCode"],
        item["serviceName"],
        Price(due - gst - hst - pst, gst, hst, pst, due),
        standard.get("expectedTransitTime"),
        date.fromisoformat(delivery[:10]) if delivery else None,
    )


def _price(item: dict[str, Any]) -> Price:
    names = ("preTaxAmount", "gstAmount", "hstAmount", "pstAmount", "dueAmount")
    return Price(*(_money(item[name]) for name in names))


def _label(item: dict[str, Any]) -> Label:
    labels = [link["href"] for link in item["links"] if link["rel"] == "label"]
    price = item.get("shipmentPrice")
    return Label(
        str(item["shipmentId"]),
        str(item.get("trackingPin") or ""),
        item["shipmentStatus"],
        canadapost.own_path(labels[0]) if labels else "",
        _price(price) if price else None,
    )
