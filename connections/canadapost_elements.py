"""The documents of Canada Post's XML API: media types and element names, built and read here only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from connections import canadapost
from connections.canadapost import Address, Label, LabelRequest, Parcel, Price, Rate
from connections.errors import CounterflowError, Unavailable
from connections.http import Answer

RATES = "ship.rate-v4"
SHIPMENT = "shipment-v8"
PLAIN_SHIPMENT = "ncshipment-v4"
MANIFEST = "manifest-v8"
RETURN = "authreturn-v2"
TRACK = "track-v2"
_NAMESPACES = {
    RATES: "http://www.canadapost.ca/ws/ship/rate-v4",
    SHIPMENT: "http://www.canadapost.ca/ws/shipment-v8",
    PLAIN_SHIPMENT: "http://www.canadapost.ca/ws/ncshipment-v4",
    MANIFEST: "http://www.canadapost.ca/ws/manifest-v8",
    RETURN: "http://www.canadapost.ca/ws/authreturn-v2",
}


def media_type(kind: str) -> str:
    """What a document of this kind is called in a header."""
    return f"application/vnd.cpc.{kind}+xml"


def content(kind: str, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a request with this document."""
    root = Element(name, xmlns=_NAMESPACES[kind])
    _fill(root, content)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return {"content": body, "headers": {"Accept": media_type(kind), "Content-Type": media_type(kind)}}


def _fill(parent: Element, content: Any) -> None:
    """A mapping or list of (name, content) becomes children; what is None or empty is left out."""
    pairs = content.items() if isinstance(content, Mapping) else content
    for name, value in pairs:
        if value is None or value == "":
            continue
        child = SubElement(parent, name)
        if isinstance(value, Mapping | list):
            _fill(child, value)
        else:
            child.text = str(value)


def root(answer: Answer) -> Element:
    """The answer's document, its names without their namespace. Unavailable: it is no XML."""
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        raise Unavailable("the answer is no XML", where=answer.where, request_id=answer.request_id) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def whole(answer: Answer) -> object:
    """What the answer holds. Unavailable: neither document nor PDF, or cut off."""
    is_pdf = answer.headers.get("content-type", "").startswith("application/pdf")
    return canadapost.whole_pdf(answer) if is_pdf or answer.status == 202 else root(answer)


def error_of(answer: Answer) -> CounterflowError | None:
    """The error that an answer stands for; None leaves the status to decide."""
    messages: list[tuple[str, str]] = []
    if answer.status >= 400 or b"<messages" in answer.body[:300]:
        try:
            found = root(answer).findall("message")
            messages = [(text(item, "code"), text(item, "description")) for item in found]
        except Unavailable:
            messages = []
    return canadapost.error_from(answer, messages)


def text(element: Element, path: str) -> str:
    """The text at the path, without blanks around it; empty where there is none."""
    return (element.findtext(path) or "").strip()


def amount(element: Element, path: str) -> Decimal:
    """The number at the path; 0 where there is none."""
    return Decimal(text(element, path) or "0")


def parcel(parcel: Parcel) -> dict[str, Any]:
    """A parcel's weight and measures."""
    length, width, height = parcel.sides_cm
    return {"weight": parcel.weight_kg, "dimensions": {"length": length, "width": width, "height": height}}


def rate_destination(address: Address) -> dict[str, Any]:
    """Where a parcel to be rated goes."""
    if address.country == "CA":
        return {"domestic": {"postal-code": address.code}}
    if address.country == "US":
        return {"united-states": {"zip-code": address.code}}
    return {"international": {"country-code": address.country}}


def address(place: Address, with_country: bool = True) -> dict[str, Any]:
    """An address of a shipment."""
    return {
        "address-line-1": place.street,
        "address-line-2": place.street_2,
        "city": place.city,
        "prov-state": place.province,
        "country-code": place.country if with_country else None,
        "postal-zip-code": place.code,
    }


def home_address(place: Address) -> dict[str, Any]:
    """A Canadian address of a return."""
    fields = address(place, with_country=False)
    renamed = {"prov-state": "province", "postal-zip-code": "postal-code"}
    return {renamed.get(name, name): value for name, value in fields.items()}


def delivery_spec(request: LabelRequest) -> dict[str, Any]:
    """Everything about a shipment but how it is paid."""
    sender, to = request.sender, request.destination
    spec: dict[str, Any] = {
        "service-code": request.service_code,
        "sender": {
            "name": sender.name[:44],
            "company": (sender.company or sender.name)[:44],
            "contact-phone": sender.phone[:25],
            "address-details": address(sender, with_country=request.is_contract),
        },
        "destination": {
            "name": to.name[:44],
            "company": to.company[:44],
            "client-voice-number": to.phone[:25],
            "address-details": address(to),
        },
        "parcel-characteristics": parcel(request.parcel),
        "preferences": {"show-packing-instructions": "false"},
        "references": {"customer-ref-1": request.request_id, "customer-ref-2": request.reference[:35]},
    }
    if to.country != "CA":
        code = canadapost.non_delivery_option(request.service_code)
        spec["options"] = [("option", {"option-code": code})]
        spec["customs"] = {
            "currency": "CAD",
            "reason-for-export": canadapost.SOLD,
            "sku-list": [("item", _customs_line(line)) for line in request.customs],
        }
    return spec


def _customs_line(line: canadapost.CustomsLine) -> dict[str, Any]:
    return {
        "customs-number-of-units": line.quantity,
        "customs-description": line.description[:45],
        "sku": line.sku[:15],
        "hs-tariff-code": line.hs_code,
        "unit-weight": Decimal(max(line.unit_weight_g, 1)).scaleb(-3),
        "customs-value-per-unit": line.unit_value,
        "country-of-origin": line.origin_country,
    }


def rate(quote: Element) -> Rate:
    """One price quote."""
    gst, hst, pst = (amount(quote, f"price-details/taxes/{name}") for name in ("gst", "hst", "pst"))
    due = amount(quote, "price-details/due")
    transit = text(quote, "service-standard/expected-transit-time")
    delivery = text(quote, "service-standard/expected-delivery-date")
    return Rate(
        text(quote, "service-code"),
        text(quote, "service-name"),
        Price(due - gst - hst - pst, gst, hst, pst, due),
        int(transit) if transit else None,
        date.fromisoformat(delivery) if delivery else None,
    )


PRICE_NAMES = ("pre-tax-amount", "gst-amount", "hst-amount", "pst-amount", "due-amount")


def price(element: Element) -> Price:
    """What a shipment costs."""
    return Price(*(amount(element, name) for name in PRICE_NAMES))


def label(info: Element) -> Label:
    """A shipment that was bought."""
    link, priced = info.find("links/link[@rel='label']"), info.find("shipment-price")
    return Label(
        text(info, "shipment-id"),
        text(info, "tracking-pin"),
        text(info, "shipment-status"),
        canadapost.own_path(link.get("href", "")) if link is not None else "",
        price(priced) if priced is not None else None,
    )


_EVENT_NAMES = {
    "event-identifier": "eventIdentifier",
    "event-date": "eventDate",
    "event-time": "eventTime",
    "event-time-zone": "eventTimeZone",
    "event-description": "eventDescription",
    "event-site": "eventSite",
    "event-province": "eventProvince",
}


def tracking(answer: Element) -> dict[str, Any]:
    """The parcel's history in the words of the JSON API."""
    events = answer.findall("significant-events/occurrence")
    return {
        "pin": text(answer, "pin"),
        "activeExists": text(answer, "active-exists") == "1",
        "archiveExists": text(answer, "archive-exists") == "1",
        "serviceName": text(answer, "service-name"),
        "serviceName2": text(answer, "service-name-2"),
        "expectedDeliveryDate": text(answer, "expected-delivery-date") or None,
        "changedExpectedDate": text(answer, "changed-expected-date") or None,
        "customerRef1": text(answer, "customer-ref-1"),
        "significantEvents": [
            {name: text(event, tag) for tag, name in _EVENT_NAMES.items()} for event in events
        ],
    }
