"""The answers of the stand-in's XML API, each as the official schema says."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from sandbox import canadapost_prices as prices
from sandbox.canadapost_documents import address, document, grams, link, references, sides, text
from sandbox.canadapost_store import Record, Refusal, Store, Wanted

_ZONE = ZoneInfo("America/Toronto")


def info(item: Record, base: str, url: str, with_price: bool) -> list[Any]:
    """A shipment with its links."""
    own, kind = f"{base}/{item['id']}", "shipment-v8"
    label = link("label", f"{url}/rs/artifact/{item['id']}/0", "pdf")
    label.set("index", "0")
    links = [link("self", own, kind), link("details", f"{own}/details", kind), label]
    links += [link("price", f"{own}/price", kind), link("refund", f"{own}/refund", kind)]
    priced = [("shipment-price", price(item))] if with_price else []
    return [
        ("customer-request-id", item["request_id"]),
        ("shipment-id", item["id"]),
        ("shipment-status", item["status"]),
        ("tracking-pin", item["pin"]),
        *priced,
        ("links", links),
    ]


def plain_info(item: Record, base: str, url: str) -> list[Any]:
    """A shipment without a contract, with its links."""
    own, kind = f"{base}/{item['id']}", "ncshipment-v4"
    links = [link("self", own, kind), link("details", f"{own}/details", kind)]
    links += [link("receipt", f"{own}/receipt", kind), link("refund", f"{own}/refund", kind)]
    label = link("label", f"{url}/rs/artifact/{item['id']}/0", "pdf")
    return [("shipment-id", item["id"]), ("tracking-pin", item["pin"]), ("links", [*links, label])]


def price(item: Record) -> list[Any]:
    """What a shipment costs."""
    cost = item["cost"]
    return [
        ("service-code", item["service"]),
        ("base-amount", prices.text(cost["base"])),
        ("adjustments", [_adjustment(cost["fuel"])]),
        *_amounts(cost),
        ("due-amount", prices.text(cost["due"])),
        ("service-standard", _standard(cost["days"], item["delivery_date"], "expected-transmit-time")),
        ("rated-weight", f"{cost['rated_grams'] / 1000:.3f}"),
    ]


def _amounts(cost: Record) -> list[Any]:
    names = {"pre-tax-amount": "before_tax", "gst-amount": "gst", "pst-amount": "pst", "hst-amount": "hst"}
    return [(tag, prices.text(cost[name])) for tag, name in names.items()]


def _adjustment(cents: int) -> tuple[str, list[Any]]:
    return ("adjustment", [("adjustment-code", "FUELSC"), ("adjustment-amount", prices.text(cents))])


def _standard(days: int, delivery: str, transit: str = "expected-transit-time") -> list[Any]:
    return [
        ("am-delivery", "false"),
        ("guaranteed-delivery", "true"),
        (transit, days),
        ("expected-delivery-date", delivery),
    ]


def receipt(item: Record) -> list[Any]:
    """What was paid by card."""
    cost = item["cost"]
    card = [
        ("merchant-name", "Canada Post Corporation"),
        ("merchant-url", "www.canadapost.ca"),
        ("auth-code", "076838"),
        ("auth-timestamp", item["bought_at"]),
        ("card-type", "VIS"),
        ("charge-amount", prices.text(cost["due"])),
        ("currency", "CAD"),
        ("transaction-type", "Sale"),
    ]
    return [
        ("final-shipping-point", item["sender"]["postal_code"]),
        ("shipping-point-name", "TORONTO"),
        ("shipping-point-id", "0102"),
        ("mailed-by-customer", "0007023210"),
        ("service-code", item["service"]),
        ("rated-weight", f"{cost['rated_grams'] / 1000:.3f}"),
        ("base-amount", prices.text(cost["base"])),
        *_amounts(cost),
        ("adjustments", [_adjustment(cost["fuel"])]),
        ("cc-receipt-details", card),
        ("service-standard", _standard(cost["days"], item["delivery_date"])),
    ]


def details(item: Record) -> list[Any]:
    """What was asked for when it was bought."""
    sender, to = item["sender"], item["destination"]
    place = [
        ("address-line-1", sender["street"]),
        ("city", sender["city"]),
        ("prov-state", sender["province"]),
        ("postal-zip-code", sender["postal_code"]),
    ]
    target = [("address-line-1", to["street"]), ("city", to["city"]), ("prov-state", to["province"]),
              ("country-code", to["country"]), ("postal-zip-code", to["postal_code"])]  # fmt: skip
    named = [(name.replace("_", "-"), value) for name, value in item["references"].items() if value]
    spec = [
        ("service-code", item["service"]),
        (
            "sender",
            [
                ("company", sender["company"]),
                ("contact-phone", sender.get("phone") or "-"),
                ("address-details", place),
            ],
        ),
        ("destination", [("name", to["name"]), ("address-details", [pair for pair in target if pair[1]])]),
        ("parcel-characteristics", [("weight", f"{item['grams'] / 1000:.3f}")]),
        ("preferences", [("show-packing-instructions", "false")]),
        ("references", named),
    ]
    return [
        ("final-shipping-point", sender["postal_code"]),
        ("tracking-pin", item["pin"]),
        ("delivery-spec", spec),
    ]


def refund(ticket: Record, name: str, kind: str) -> bytes:
    """The ticket of a refund."""
    content = [("service-ticket-date", ticket["date"]), ("service-ticket-id", ticket["ticket"])]
    return document(name, kind, content)


def rates(root: Element, url: str) -> bytes:
    """Price quotes."""
    code = text(root, "destination/domestic/postal-code")
    area = "DOM" if code else "USA" if root.find("destination/united-states") is not None else "INT"
    weight, measures, origin = grams(root), sides(root), text(root, "origin-postal-code")
    if not weight or not re.match(r"^[A-Z]\d[A-Z]\d[A-Z]\d$", origin):
        raise Refusal("Server", "/rs/ship/price: cvc-pattern-valid: a weight or the origin is wrong")
    if area == "DOM" and not re.match(r"^[A-Z]\d[A-Z]\d[A-Z]\d$", code):
        raise Refusal("1152", "The postal code is not valid.")
    today, quotes = datetime.now(_ZONE).date(), []
    for service in prices.SERVICES:
        if service.area == area and weight <= service.most_grams:
            cost = prices.cost(service, weight, measures, origin, code)
            quotes.append(("price-quote", _quote(service, cost, url, today)))
    if not quotes:
        raise Refusal("9115", "No service takes this parcel to this destination.", 404)
    return document("price-quotes", "ship.rate-v4", quotes)


def _quote(service: prices.Service, cost: prices.Cost, url: str, today: Any) -> list[Any]:
    service_link = link("service", f"{url}/rs/ship/service/{service.code}", "ship.rate-v4")
    service_link.tag = "service-link"
    taxes = [(name, prices.text(getattr(cost, name))) for name in ("gst", "pst", "hst")]
    fuel = [
        ("adjustment-code", "FUELSC"),
        ("adjustment-name", "Fuel surcharge"),
        ("adjustment-cost", prices.text(cost.fuel)),
        ("qualifier", [("percent", f"{prices.FUEL_PERCENT}.000")]),
    ]
    details = [
        ("base", prices.text(cost.base)),
        ("taxes", taxes),
        ("due", prices.text(cost.due)),
        ("adjustments", [("adjustment", fuel)]),
    ]
    return [
        ("service-code", service.code),
        service_link,
        ("service-name", service.name),
        ("price-details", details),
        ("weight-details", []),
        ("service-standard", _standard(cost.days, prices.delivery_date(today, cost.days).isoformat())),
    ]


def manifests(store: Store, root: Element, base: str) -> bytes:
    """The groups are transmitted."""
    groups = [group.text or "" for group in root.findall("group-ids/group-id")]
    made = store.transmit(groups, text(root, "customer-request-id"))
    links = [link("manifest", f"{base}/manifest/{item['id']}", "manifest-v8") for item in made]
    return document("manifests", "manifest-v8", links)


def returned(store: Store, root: Element, url: str) -> bytes:
    """A return label is bought."""
    item = store.buy(
        Wanted(
            service=text(root, "service-code"),
            sender=address(root, "returner", "domestic-address"),
            destination=address(root, "receiver", "domestic-address"),
            grams=grams(root) or 1000,
            sides_mm=sides(root),
            is_return=True,
            references=references(root),
        )
    )
    label = link("returnLabel", f"{url}/rs/artifact/{item['id']}/0", "pdf")
    content = [("tracking-pin", item["pin"]), ("links", [label])]
    return document("authorized-return-info", "authreturn-v2", content)


def tracking(item: Record) -> bytes:
    """Where a parcel is."""
    events = []
    for event in item["events"]:
        at = datetime.fromisoformat(event["at"]).astimezone(_ZONE)
        fields = {
            "event-identifier": event["code"],
            "event-date": at.date().isoformat(),
            "event-time": at.strftime("%H:%M:%S"),
            "event-time-zone": at.tzname(),
            "event-description": event["words"],
            "signatory-name": "",
            "event-site": "TORONTO",
            "event-province": "ON",
            "event-retail-location-id": "",
            "event-retail-name": "",
        }
        events.append(("occurrence", list(fields.items())))
    fields = {
        "pin": item["pin"],
        "active-exists": "1",
        "archive-exists": "",
        "changed-expected-date": "",
        "destination-postal-id": item["destination"]["postal_code"],
        "expected-delivery-date": item["delivery_date"],
        "changed-expected-delivery-reason": "",
        "mailed-by-customer-number": "0007023210",
        "mailed-on-behalf-of-customer-number": "0007023210",
        "original-pin": "",
        "service-name": item["service_name"],
        "service-name-2": item["service_name"],
        "customer-ref-1": item["references"].get("customer_ref_1", ""),
        "customer-ref-2": item["references"].get("customer_ref_2", ""),
        "return-pin": "",
        "signature-image-exists": "false",
        "suppress-signature": "false",
    }
    content = [*fields.items(), ("delivery-options", []), ("significant-events", events)]
    return document("tracking-detail", "track", content)
