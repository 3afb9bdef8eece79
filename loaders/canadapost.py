"""What a shipment costs to send: its goods into boxes, a price for each box, and the service by rule.

A quote is not kept at Canada Post: what was answered is what the write reads back. While Canada Post does not
answer, the owner's rate sheet prices it, marked as an estimate; the next run asks anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connections import canadapost
from connections.canadapost import CanadaPost, Price, Rate
from connections.connection import Connection
from connections.errors import Rejected, Unavailable
from loaders.base import Intent, NotSent, Present, Sent
from loaders.canadapost_requests import AtCounter, address, amounts, money
from loaders.packing import Box, DoesNotFit, Goods, PackedBox, pack
from loaders.rate_sheet import RateSheet

# Not quoted yet, or by an estimate of an earlier run, or so long ago that prices have changed.
_DIFFERS = """
not exists (
    select from sync.writes as quoted
    where quoted.system = 'canadapost' and quoted.thing = 'quote' and quoted.key = due.write_key
        and quoted.is_current and quoted.hash = due.payload_hash and quoted.status = 'confirmed'
        and quoted.finished_at > now() - interval '3 days'
        and ((quoted.read_back ->> 'is_estimate')::boolean is not true or quoted.run_id = %(run_id)s)
)
"""


class Desk(AtCounter):
    """A client of the account with the owner's rate sheet beside it, and the quotes made so far, by key."""

    def __init__(self, client: CanadaPost, sheet: RateSheet | None) -> None:
        super().__init__(client)
        self.quotes: dict[str, Mapping[str, Any]] = {}
        self._sheet = sheet
        self._down: Unavailable | None = None

    def rates(self, payload: Mapping[str, Any], boxes: Sequence[PackedBox]) -> tuple[list[list[Rate]], str]:
        """The rates of each box, and whose they are. Unavailable, and there is no rate sheet."""
        to, is_contract = address(payload["destination"]), payload["is_contract"]
        parcels = [_parcel(box) for box in boxes]
        if self._down is None:
            try:
                found = [self.client.rates(payload["origin"], to, one, is_contract) for one in parcels]
                return found, "canadapost"
            except Unavailable as error:
                self._down = error
        if self._sheet is None:
            self._down.may_have_worked = False  # a price that was not told was not asked for
            raise self._down
        return [self._sheet.rates(to.country, one) for one in parcels], self._sheet.name


class Quotes:
    """outbound.out_canadapost__quotes made true: each has a price, its boxes and its service."""

    system = "canadapost"
    thing = "quote"
    kind = "level"
    outbound_model = "out_canadapost__quotes"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce",)
    flow = "shipping_labels"
    differs = _DIFFERS
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def __init__(self, sheet: Callable[[], RateSheet | None]) -> None:
        """`sheet` reads the owner's rates (None: there are none)."""
        self._sheet = sheet

    def open(self, connection: Connection) -> Desk:
        """A client of the account, with the rate sheet."""
        return Desk(canadapost.client(connection), self._sheet())

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """What is to be priced; no answer equals it."""
        return {"quote_key": intent.key}

    def present(self, client: Desk, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The quotes of this delivery."""
        keys = [intent.key for intent in intents if intent.key in client.quotes]
        return {key: Present(key, client.quotes[key]) for key in keys}

    def send(
        self, client: Desk, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each packed and priced. Unavailable: there is neither an answer nor a rate sheet."""
        return {intent.key: self._send_one(client, intent) for intent in intents}

    def _send_one(self, client: Desk, intent: Intent) -> Sent | NotSent:
        payload = intent.payload
        try:
            boxes = packed(payload)
            rates, source = client.rates(payload, boxes)
        except DoesNotFit as error:
            return NotSent("held", "needs_person", str(error))
        except Rejected as error:
            return NotSent("refused", "permanent", str(error))
        services = _for_all(rates)
        if not services:
            return NotSent("held", "needs_person", "no service takes these parcels there")
        quote = _quote(boxes, rates, choose(services, payload["rule"]), services)
        client.quotes[intent.key] = {**quote, "source": source, "is_estimate": source != "canadapost"}
        return Sent(client.quotes[intent.key])


def packed(payload: Mapping[str, Any]) -> list[PackedBox]:
    """The payload's goods in its boxes. DoesNotFit."""
    names = ("order_line_id", "sku", "quantity", "weight_g", "length_mm", "width_mm", "height_mm")
    goods = [Goods(*(line[name] for name in names)) for line in payload["goods"]]
    sides = ("length_mm", "width_mm", "height_mm", "weight_g", "max_weight_g")
    boxes = [Box(box["box"], *(box[name] for name in sides)) for box in payload["boxes"]]
    return pack(goods, boxes)


def choose(services: Sequence[Rate], rule: Mapping[str, Any]) -> Rate:
    """The service that the customer paid, if it goes there; else the cheapest in time; else the fastest.

    None of those that the rule excludes, unless there is no other.
    """
    services = [rate for rate in services if rate.service_code not in rule["not"]] or services
    for rate in services:
        if rate.service_code == rule["service"]:
            return rate
    in_time = [
        rate for rate in services if rate.transit_days is not None and rate.transit_days <= rule["max_days"]
    ]
    if in_time:
        return min(in_time, key=lambda rate: (rate.price.total, rate.transit_days, rate.service_code))
    return min(services, key=lambda rate: (_days(rate), rate.price.total, rate.service_code))


def _days(rate: Rate) -> int:
    return 999 if rate.transit_days is None else rate.transit_days


def _for_all(rates: Sequence[Sequence[Rate]]) -> list[Rate]:
    """The services that take every parcel, with the price of all and the days of the slowest."""
    found = []
    for first in rates[0]:
        same = [rate for of_one in rates for rate in of_one if rate.service_code == first.service_code]
        if len(same) == len(rates):
            prices = [rate.price for rate in same]
            names = ("amount", "gst", "hst", "qst", "total")
            price = Price(*(sum(getattr(one, name) for one in prices) for name in names))
            slowest = max(same, key=_days)
            found.append(
                Rate(first.service_code, first.service_name, price, slowest.transit_days,
                     slowest.expected_delivery_date)
            )  # fmt: skip
    return found


def _quote(
    boxes: Sequence[PackedBox], rates: Sequence[Sequence[Rate]], chosen: Rate, services: Sequence[Rate]
) -> dict[str, Any]:
    """The quote as it is kept; amounts are text, the whole shipment's and each parcel's."""
    parcels = []
    for number, (box, of_one) in enumerate(zip(boxes, rates, strict=True), 1):
        price = next(rate.price for rate in of_one if rate.service_code == chosen.service_code)
        parcels.append({"number": number, **_shown(box), **amounts(price)})
    return {
        "service_code": chosen.service_code,
        "service_name": chosen.service_name,
        "transit_days": chosen.transit_days,
        "expected_delivery_date": _iso(chosen),
        **amounts(chosen.price),
        "tax_amount": money(chosen.price.total - chosen.price.amount),
        "parcels": parcels,
        "services": [
            {
                "service_code": rate.service_code,
                "service_name": rate.service_name,
                "transit_days": rate.transit_days,
                "amount": money(rate.price.amount),
                "total_amount": money(rate.price.total),
            }
            for rate in services
        ],
    }


def _shown(box: PackedBox) -> dict[str, Any]:
    parcel = _parcel(box)
    return {
        "box": box.box.name,
        "weight_g": parcel.weight_g,
        "length_mm": parcel.length_mm,
        "width_mm": parcel.width_mm,
        "height_mm": parcel.height_mm,
        "contents": [{"order_line_id": key, "quantity": count} for key, count in box.contents],
    }


def _parcel(box: PackedBox) -> canadapost.Parcel:
    return canadapost.Parcel(max(box.weight_g, 1), *box.box.sides_mm)


def _iso(rate: Rate) -> str | None:
    return rate.expected_delivery_date.isoformat() if rate.expected_delivery_date else None
