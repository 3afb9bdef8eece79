"""What the loaders of Canada Post share: payloads as its records, one request each, what a refusal means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connections.canadapost import Address, CanadaPost, CustomsLine, LabelRequest, Parcel, Price
from connections.errors import Rejected, Unavailable
from loaders.base import Intent, NotSent, Sent

Answer = Sent | NotSent


def send_each(
    client: CanadaPost, intents: Sequence[Intent], send_one: Callable[[Intent], Answer]
) -> dict[str, Answer]:
    """Each intent's answer. Unavailable: Canada Post took none of them."""

    def answer(intent: Intent) -> Answer | Unavailable:
        try:
            return send_one(intent)
        except Unavailable as error:
            return NotSent("unknown", "retry", str(error)) if error.may_have_worked else error
        except Rejected as error:
            return NotSent("refused", "permanent", str(error))

    found = dict(zip([intent.key for intent in intents], client.each(answer, intents), strict=True))
    turned_away = [one for one in found.values() if isinstance(one, Unavailable)]
    if found and len(turned_away) == len(found):
        raise turned_away[0]
    return {
        key: NotSent("unknown", "retry", str(one)) if isinstance(one, Unavailable) else one
        for key, one in found.items()
    }


def address(given: Mapping[str, Any]) -> Address:
    """An address of a payload."""
    names = ("name", "street", "city", "province", "postal_code", "country", "company", "street_2", "phone")
    return Address(**{name: str(given.get(name) or "") for name in names})


def parcel(given: Mapping[str, Any]) -> Parcel:
    """A packed box of a payload."""
    return Parcel(given["weight_g"], given["length_mm"], given["width_mm"], given["height_mm"])


def label_request(payload: Mapping[str, Any]) -> LabelRequest:
    """The label that the payload asks for."""
    return LabelRequest(
        request_id=payload["request_id"],
        group_id=payload["group_id"],
        service_code=payload["service_code"],
        sender=address(payload["sender"]),
        destination=address(payload["destination"]),
        parcel=parcel(payload["parcel"]),
        reference=payload["order_number"],
        is_contract=payload["is_contract"],
        customs=tuple(_customs_line(line) for line in payload.get("customs") or ()),
    )


def amounts(price: Price) -> dict[str, str]:
    """A price as it is kept: text with two decimals."""
    return {
        "amount": money(price.amount),
        "gst_amount": money(price.gst),
        "hst_amount": money(price.hst),
        "qst_amount": money(price.qst),
        "total_amount": money(price.total),
    }


def money(amount: Decimal) -> str:
    """Dollars with their cents."""
    return f"{amount:.2f}"


def _customs_line(line: Mapping[str, Any]) -> CustomsLine:
    return CustomsLine(
        description=line["description"],
        quantity=line["quantity"],
        unit_weight_g=line["unit_weight_g"],
        unit_value=Decimal(str(line["unit_value"])),
        sku=line.get("sku") or "",
        hs_code=line.get("hs_code") or "",
        origin_country=line.get("origin_country") or "",
    )
