"""What the stand-in of Canada Post holds: shipments, manifests, refunds, returns and where parcels are.

A shipment is bought once for each call that asks for it, as at the real one: a second call with the same id
of ours buys a second label. `truth` tells of labels that stand twice for one reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sandbox import canadapost_prices as prices
from sandbox.clock import Clock
from sandbox.journal import Journal

Record = dict[str, Any]
LINKS_LIVE = timedelta(days=90)
_CANADIAN = re.compile(r"^[A-Z]\d[A-Z]\d[A-Z]\d$")
_ZIP = re.compile(r"^\d{5}(-\d{4})?$")
# What a parcel meets on its way, and what is said of it.
JOURNEY = (
    ("2300", "Electronic information submitted by shipper"),
    ("0100", "Item processed"),
    ("0170", "Item in transit"),
    ("0174", "Item out for delivery"),
    ("1496", "Delivered"),
)
OTHER_EVENTS = {
    "1479": "Attempted delivery. Notice card left indicating where item can be picked up.",
    "1450": "Item being returned to sender. Incomplete address.",
    "1100": "Item was misrouted and may be late",
}


class Refusal(Exception):
    """The request is refused: Canada Post's code, its words, the status of the answer."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status


@dataclass(frozen=True)
class Wanted:
    """A shipment as either dialect asks for it; weights in grams, lengths in millimetres."""

    service: str
    sender: Record
    destination: Record
    grams: int
    sides_mm: tuple[int, ...] | None
    request_id: str = ""
    group: str = ""
    is_contract: bool = True
    is_return: bool = False
    options: tuple[str, ...] = ()
    customs: tuple[Record, ...] = ()
    references: Record = field(default_factory=dict)


class Store:
    """All of it, in memory and in the journal."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.clock = clock
        self._journal = journal
        self.shipments: dict[str, Record] = dict(journal.load("canadapost", "shipment"))
        self.manifests: dict[str, Record] = dict(journal.load("canadapost", "manifest"))

    def buy(self, wanted: Wanted) -> Record:
        """The label is bought. Refusal: it cannot go so."""
        service = self._checked(wanted)
        origin, code = wanted.sender["postal_code"], wanted.destination.get("postal_code", "")
        cost = prices.cost(service, wanted.grams, wanted.sides_mm, origin, code)
        number = len(self.shipments) + 1
        now = self.clock.now()
        shipment: Record = {
            "id": f"{545021584835957000 + number}",
            "pin": f"{7023210039400000 + number * 7:016d}",
            "status": "created" if wanted.is_contract else "transmitted",
            "bought_at": now.isoformat(),
            "delivery_date": prices.delivery_date(now.date(), cost.days).isoformat(),
            "service_name": service.name,
            "cost": asdict(cost) | {"before_tax": cost.before_tax, "due": cost.due},
            "is_void": False,
            "refund": None,
            "manifest": None,
            "events": [],
            **asdict(wanted),
        }
        self._keep(shipment)
        if not wanted.is_contract:
            self.scan(shipment["pin"], JOURNEY[0][0])
        return shipment

    def _checked(self, wanted: Wanted) -> prices.Service:
        service = prices.BY_CODE.get(wanted.service)
        country = wanted.destination.get("country", "CA")
        if service is None or service.area != prices.area_of(country):
            raise Refusal("9111", f"The service code {wanted.service} is not valid for this destination.")
        if wanted.grams > service.most_grams:
            raise Refusal("7005", f"The weight is over the maximum of {service.name}.")
        for place in (wanted.sender, wanted.destination):
            check_address(place)
        if service.area != "DOM":
            if not wanted.customs:
                raise Refusal("7140", "A customs declaration is needed for this destination.")
            if not set(wanted.options) & {"RASE", "RTS", "ABAN"}:
                raise Refusal("7232", "A non-delivery handling option is needed for this destination.")
        sides = sorted(wanted.sides_mm or (), reverse=True)
        if sides and (sides[0] > 2000 or sides[0] + 2 * (sides[1] + sides[2]) > 3000):
            raise Refusal("7004", "The parcel is larger than this service takes.")
        return service

    def get(self, identity: str) -> Record:
        """The shipment. Refusal 404: there is none, or its links are dead."""
        shipment = self.shipments.get(identity)
        if shipment is None or shipment["is_void"]:
            raise Refusal("8713", "No such shipment.", 404)
        return shipment

    def of_request(self, request_id: str, is_contract: bool = True) -> list[Record]:
        """What was bought under the client's id, newest first; voids left out."""
        return [
            item
            for item in reversed(self.shipments.values())
            if item["request_id"] == request_id and item["is_contract"] == is_contract and not item["is_void"]
        ]

    def void(self, identity: str) -> None:
        """The label costs nothing. Refusal 8064: it is transmitted."""
        shipment = self.get(identity)
        if shipment["status"] != "created":
            words = (
                "A Shipment can only be void if it is in a PROCESSED or PRINTED state. If it has been "
                "transmitted, a Refund request should be submitted."
            )
            raise Refusal("8064", words, 412)
        shipment["is_void"] = True
        self._keep(shipment)

    def refund(self, identity: str) -> Record:
        """The money is asked back. Refusal: it was, or the parcel is on its way."""
        shipment = self.get(identity)
        if shipment["refund"]:
            raise Refusal("7292", "A refund request has already been submitted for this shipment.")
        if len(shipment["events"]) > 1:
            raise Refusal("7293", "The label has been used.")
        ticket = f"GT{12345678 + len(self.shipments):08d}RT"
        shipment["refund"] = {"ticket": ticket, "date": self.clock.now().date().isoformat()}
        self._keep(shipment)
        return dict(shipment["refund"])

    def transmit(self, groups: list[str], request_id: str) -> list[Record]:
        """The open shipments of the groups go onto one manifest. Refusal: there are none."""
        open_ = [
            item
            for item in self.shipments.values()
            if item["group"] in groups and item["status"] == "created" and not item["is_void"]
        ]
        if not open_:
            raise Refusal("9122", "There are no shipments to transmit in these groups.")
        number = len(self.manifests) + 1
        manifest: Record = {
            "id": f"{732071711235567000 + number}",
            "po_number": f"P{number:09d}",
            "request_id": request_id,
            "shipments": [item["id"] for item in open_],
            "at": self.clock.now().isoformat(),
        }
        self.manifests[manifest["id"]] = manifest
        self._journal.put("canadapost", "manifest", manifest["id"], manifest)
        for item in open_:
            item["status"], item["manifest"] = "transmitted", manifest["id"]
            self._keep(item)
            self.scan(item["pin"], JOURNEY[0][0])
        return [manifest]

    def scan(self, pin: str, code: str) -> Record:
        """The parcel meets an event. ValueError: there is no such parcel or event."""
        words = dict(JOURNEY) | OTHER_EVENTS
        found = [item for item in self.shipments.values() if item["pin"] == pin]
        if not found or code not in words:
            raise ValueError(f"canadapost has no parcel {pin}, or no event {code}")
        event = {"code": code, "words": words[code], "at": self.clock.now().isoformat()}
        found[0]["events"].insert(0, event)
        self._keep(found[0])
        return event

    def advance(self) -> int:
        """Every parcel that is on its way meets the next event; how many did."""
        codes = [code for code, _ in JOURNEY]
        moved = 0
        for item in self._live():
            met = [event["code"] for event in item["events"] if event["code"] in codes]
            if met and met[0] != codes[-1] and not item["refund"]:
                self.scan(item["pin"], codes[codes.index(met[0]) + 1])
                moved += 1
        return moved

    def tracked(self, pin: str) -> Record:
        """The parcel with at least one event. Refusal 004: nothing is known of the number."""
        found = [item for item in self._live() if item["pin"] == pin and item["events"]]
        if not found:
            raise Refusal("004", "No Pin History", 404)
        return found[0]

    def truth(self) -> Record:
        """Counts, money in cents, and references that have more than one label."""
        live = list(self._live())
        references = Counter(item["references"].get("customer_ref_1") or item["id"] for item in live)
        return {
            "labels_count": len(live),
            "labels_cents": sum(item["cost"]["due"] for item in live if not item["refund"]),
            "voids_count": len(self.shipments) - len(live),
            "transmitted_count": sum(item["status"] == "transmitted" for item in live),
            "refunds_count": sum(item["refund"] is not None for item in live),
            "manifests_count": len(self.manifests),
            "delivered_count": sum(bool(i["events"]) and i["events"][0]["code"] == "1496" for i in live),
            "bought_twice": sorted(name for name, count in references.items() if count > 1),
            "references": dict(sorted(references.items())),
        }

    def _live(self) -> Iterator[Record]:
        return (item for item in list(self.shipments.values()) if not item["is_void"])

    def _keep(self, shipment: Record) -> None:
        self.shipments[shipment["id"]] = shipment
        self._journal.put("canadapost", "shipment", shipment["id"], shipment)


def check_address(place: Record) -> None:
    """Refusal: a line too long or missing, or a postal code that is none."""
    for name, longest in (("name", 44), ("company", 44), ("street", 44), ("street_2", 44), ("city", 40)):
        if len(place.get(name) or "") > longest:
            raise Refusal("1161", f"The {name} is longer than {longest} characters.")
    country, code = place.get("country", "CA"), place.get("postal_code") or ""
    if not place.get("street") or not place.get("city"):
        raise Refusal("1160", "The address is not complete.")
    if (country == "CA" and not _CANADIAN.match(code)) or (country == "US" and not _ZIP.match(code)):
        raise Refusal("1152", "The postal code or zip code is not valid.")
