"""Addresses, parcels and label requests for tests of Canada Post."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from connections.canadapost import Address, CustomsLine, LabelRequest, Parcel

SHOP = Address(
    "Maple Lane Goods", "12 Maple Lane", "Toronto", "ON", "M5V 1Z6", "CA",
    company="Maple Lane Goods Ltd", phone="416-555-0199",
)  # fmt: skip
MONTREAL = Address(
    "Zoë Côté", "8 rue Sainte-Catherine", "Montréal", "QC", "H2X 1Y4", "CA", phone="514-555-0101"
)
BUFFALO = Address("Ann O'Neill", "5 Elm St", "Buffalo", "NY", "14201", "US")
LYON = Address("Élise Martin", "3 rue Mercière", "Lyon", "", "69002", "FR")
PARCEL = Parcel(1_200, 300, 200, 100)
MUGS = CustomsLine("Mugs, stoneware", 2, 300, Decimal("12.50"), "MUG-1", "6912.00", "CA")


def label(request_id: str, destination: Address = MONTREAL, **changes: Any) -> LabelRequest:
    """A request of an Expedited parcel, by contract, or as `changes` say."""
    service = {"CA": "DOM.EP", "US": "USA.EP"}.get(destination.country, "INT.XP")
    request = LabelRequest(
        request_id, f"g-{request_id}"[:32], service, SHOP, destination, PARCEL, "1001",
        customs=() if destination.country == "CA" else (MUGS,),
    )  # fmt: skip
    return replace(request, **changes)
