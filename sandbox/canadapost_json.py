"""The stand-in's JSON API: requests read, answers built. Paths and fields as in the official description."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from sandbox import canadapost_prices as prices
from sandbox.canadapost_store import Record, Refusal, Store, Wanted

BASE = "/prod/devportal-portaildesdeveloppeurs"
_SHIPMENTS = re.compile(r"^/shipping/v1/(\d+)/(\d+)/shipments(?:/(\w+)(?:/(price|refund))?)?$")
_MANIFESTS = re.compile(r"^/shipping/v1/(\d+)/(\d+)/manifests$")
_TRACKING = re.compile(r"^/tracking/v1/pins/(\w+)/details$")
_ZONE = ZoneInfo("America/Toronto")


def answer(
    store: Store, customer: str, url: str, method: str, path: str, query: dict[str, str], body: bytes
) -> tuple[int, Any]:
    """Status and body (None: empty) of a call below BASE. Refusal."""
    if method == "POST" and path == "/rating/v1/prices":
        return 200, _rates(_object(body))
    if method == "GET" and (found := _TRACKING.match(path)):
        return 200, _tracking(store.tracked(found[1]))
    if found := _MANIFESTS.match(path):
        _check_customer(customer, found[1], found[2])
        if method == "POST":
            return 200, _manifests(store, url, customer, _object(body))
    if found := _SHIPMENTS.match(path):
        _check_customer(customer, found[1], found[2])
        return _shipments(store, url, customer, (method, found[3], found[4]), query, body)
    raise Refusal("404", "No resources match the requested URI", 404)


def error_body(refusal: Refusal) -> Record:
    """The shape of every error but that of a missing token."""
    return {
        "title": "Bad Request" if refusal.status == 400 else f"Error {refusal.status}",
        "detail": refusal.words,
        "errors": [{"errorCode": refusal.code, "message": refusal.words}],
    }


def _shipments(
    store: Store,
    url: str,
    customer: str,
    call: tuple[str, str | None, str | None],
    query: dict[str, str],
    body: bytes,
) -> tuple[int, Any]:
    match call:
        case ("POST", None, None):
            given = _object(body)
            return 200, _info(store.buy(_wanted(given)), url, customer, bool(given.get("providePricingInfo")))
        case ("GET", None, None):
            found = store.of_request(query.get("requestId", ""))
            found += store.of_request(query.get("requestId", ""), is_contract=False)
            if not found:
                raise Refusal("8713", "No such shipment.", 404)
            return 200, [_info(item, url, customer, False) for item in found]
        case ("GET", str(identity), None):
            return 200, _info(store.get(identity), url, customer, False)
        case ("GET", str(identity), "price"):
            return 200, _price(store.get(identity))
        case ("DELETE", str(identity), None):
            store.void(identity)
            return 204, None
        case ("POST", str(identity), "refund"):
            ticket = store.refund(identity)
            return 200, {"serviceTicketId": ticket["ticket"], "serviceTicketDate": ticket["date"]}
    raise Refusal("404", "No resources match the requested URI", 404)


def _object(body: bytes) -> Record:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise Refusal("Server", "The body is no JSON object.")
    return given


def _check_customer(customer: str, mailed_by: str, mobo: str) -> None:
    if {mailed_by.lstrip("0"), mobo.lstrip("0")} != {customer.lstrip("0")}:
        raise Refusal("9004", "You are not authorized for this customer number.", 403)


def _wanted(given: Record) -> Wanted:
    try:
        spec = given["deliverySpec"]
        parcel, settlement = spec["parcelCharacteristics"], spec["settlementInfo"]
        references = spec.get("references") or {}
        if bool(given.get("groupId")) == bool(given.get("transmitShipment")):
            raise Refusal("9160", "Either a groupId or transmitShipment is needed, not both.")
        return Wanted(
            service=spec["serviceCode"],
            sender=_address(spec["sender"]) | {"company": spec["sender"]["company"]},
            destination=_address(spec["destination"]),
            grams=round(parcel["weight"] * 1000),
            sides_mm=_sides(parcel.get("dimensions")),
            request_id=given.get("customerRequestId", ""),
            group=given.get("groupId", ""),
            is_contract="contractId" in settlement,
            options=tuple(option["optionCode"] for option in spec.get("options") or []),
            customs=tuple((spec.get("customs") or {}).get("skuList") or []),
            references={
                "customer_ref_1": references.get("customerRef1", ""),
                "customer_ref_2": references.get("customerRef2", ""),
            },
        )
    except (KeyError, TypeError) as error:
        raise Refusal("Server", f"A field is missing or wrong: {error}") from None


def _address(party: Record) -> Record:
    details = party["addressDetails"]
    return {
        "name": party.get("name", ""),
        "company": party.get("company", ""),
        "street": details.get("addressLine1", ""),
        "street_2": details.get("addressLine2", ""),
        "city": details.get("city", ""),
        "province": details.get("provState", ""),
        "postal_code": details.get("postalZipCode", ""),
        "country": details.get("countryCode", "CA"),
    }


def _sides(dimensions: Record | None) -> tuple[int, ...] | None:
    if not dimensions:
        return None
    return tuple(round(dimensions[name] * 10) for name in ("length", "width", "height"))


def _info(item: Record, url: str, customer: str, with_price: bool) -> Record:
    base = f"{url}{BASE}/shipping/v1/{customer}/{customer}/shipments/{item['id']}"
    plain = {"index": 0, "mediaType": "application/json"}
    info: Record = {
        "customerRequestId": item["request_id"],
        "shipmentId": item["id"],
        "shipmentStatus": item["status"],
        "trackingPin": item["pin"],
        "links": [
            {"rel": "self", "href": base, **plain},
            {"rel": "price", "href": f"{base}/price", **plain},
            {"rel": "label", "href": f"{url}{BASE}/shipping/v1/artifacts/{item['id']}/0", "index": 0,
             "mediaType": "application/pdf"},
        ],
    }  # fmt: skip
    if with_price:
        info["shipmentPrice"] = _price(item)
    return info


def _price(item: Record) -> Record:
    cost = item["cost"]
    return {
        "serviceCode": item["service"],
        "baseAmount": cost["base"] / 100,
        "pricedOptions": [{"optionCode": "DC", "optionPrice": 0.0}],
        "adjustments": [{"adjustmentCode": "FUELSC", "adjustmentAmount": cost["fuel"] / 100}],
        "preTaxAmount": cost["before_tax"] / 100,
        "gstAmount": cost["gst"] / 100,
        "pstAmount": cost["pst"] / 100,
        "hstAmount": cost["hst"] / 100,
        "dueAmount": cost["due"] / 100,
        "serviceStandard": _standard(cost["days"], item["delivery_date"]),
        "ratedWeight": cost["rated_grams"] / 1000,
    }


def _standard(days: int, delivery: str) -> Record:
    return {
        "amDelivery": False,
        "guaranteedDelivery": True,
        "expectedTransitTime": days,
        "expectedDeliveryDate": delivery,
    }


def _rates(given: Record) -> list[Record]:
    try:
        parcel, destination = given["parcelCharacteristics"], given["destination"]
        origin, grams = given["originPostalCode"], round(parcel["weight"] * 1000)
        sides = _sides(parcel.get("dimensions"))
    except (KeyError, TypeError) as error:
        raise Refusal("Server", f"A field is missing or wrong: {error}") from None
    code = (destination.get("domestic") or {}).get("postalCode", "")
    area = "DOM" if code else "USA" if "unitedStates" in destination else "INT"
    if area == "DOM" and not re.match(r"^[A-Z]\d[A-Z]\d[A-Z]\d$", code):
        raise Refusal("1152", "The postal code is not valid.")
    today = datetime.now(_ZONE).date()
    quotes = []
    for service in prices.SERVICES:
        if service.area != area or grams > service.most_grams:
            continue
        cost = prices.cost(service, grams, sides, origin, code)
        quotes.append(
            {
                "serviceCode": service.code,
                "serviceName": service.name,
                "priceDetails": {
                    "base": cost.base / 100,
                    "taxes": {"gst": cost.gst / 100, "pst": cost.pst / 100, "hst": cost.hst / 100},
                    "due": cost.due / 100,
                    "options": [],
                    "adjustments": [{"adjustmentCode": "FUELSC", "adjustmentCost": cost.fuel / 100}],
                },
                "serviceStandard": _standard(cost.days, prices.delivery_date(today, cost.days).isoformat()),
            }
        )
    if not quotes:
        raise Refusal("9115", "No service takes this parcel to this destination.", 404)
    return quotes


def _manifests(store: Store, url: str, customer: str, given: Record) -> list[Record]:
    groups = given.get("groupIds")
    if not isinstance(groups, list):
        raise Refusal("Server", "groupIds is missing.")
    base = f"{url}{BASE}/shipping/v1/{customer}/{customer}/manifests"
    made = store.transmit([str(group) for group in groups], str(given.get("customerRequestId", "")))
    return [
        {"rel": "manifest", "href": f"{base}/{item['id']}", "index": 0, "mediaType": "application/json"}
        for item in made
    ]


def _tracking(item: Record) -> Record:
    events = []
    for event in item["events"]:
        at = datetime.fromisoformat(event["at"]).astimezone(_ZONE)
        events.append(
            {
                "eventIdentifier": event["code"],
                "eventDate": at.date().isoformat(),
                "eventTime": at.strftime("%H:%M:%S"),
                "eventTimeZone": at.tzname(),
                "eventDescription": event["words"],
                "eventSite": "TORONTO",
                "eventProvince": "ON",
            }
        )
    return {
        "pin": item["pin"],
        "activeExists": True,
        "archiveExists": False,
        "signatureImageExists": False,
        "suppressSignature": False,
        "serviceName": item["service_name"],
        "serviceName2": item["service_name"],
        "expectedDeliveryDate": item["delivery_date"],
        "customerRef1": item["references"].get("customer_ref_1", ""),
        "significantEvents": events,
    }
