"""What the loaders of Canada Post share: payloads as its records, a client and what is beside it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from connections.canadapost import Address, CanadaPost, CustomsLine, LabelRequest, Parcel, Price


class AtCounter:
    """A client of the account, and what a loader keeps beside it during one delivery."""

    def __init__(self, client: CanadaPost) -> None:
        self.client = client

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__()


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
