"""The morning's pick list: what to fetch from the shelves in one walk, and the boxes that it goes into."""

from __future__ import annotations

from typing import Any

from documents.amounts import number
from documents.barcodes import code128
from documents.paper import Issued, Payload, day_of, decimal, language_of, paper
from documents.typeset import pdf
from documents.words import Words, country_name

WORDS: Words = {
    "pick_list": {"en": "Pick list", "fr": "Liste de prélèvement"},
    "fetch": {"en": "To fetch", "fr": "À prélever"},
    "pack": {"en": "To pack", "fr": "À emballer"},
    "nothing": {"en": "Nothing to fetch today.", "fr": "Rien à prélever aujourd'hui."},
    "sku": {"en": "SKU", "fr": "Code"},
    "orders": {"en": "Orders", "fr": "Commandes"},
    "shipments": {"en": "Shipments", "fr": "Envois"},
    "units": {"en": "Units", "fr": "Unités"},
    "to": {"en": "To", "fr": "À"},
}
_MOST_ORDERS = 6  # named beside an item; the rest is counted


def pick_list_pdf(payload: Payload, issued: Issued) -> bytes:
    """The pick list as PDF/A."""
    return pdf("pick_list", template_data(payload, issued))


def template_data(payload: Payload, issued: Issued) -> dict[str, Any]:
    """What the template shows, all of it text. `issued` bears the day of a list that names none."""
    language = language_of(payload)
    data = paper(payload, WORDS["pick_list"][language], [], WORDS)
    word, shipments = data["words"], payload["shipments"]
    units = sum((decimal(item["quantity"]) for item in payload["items"]), decimal(0))
    return data | {
        "facts": [
            [word["date"], day_of(payload.get("day") or issued.on, language)],
            [word["shipments"], str(len(shipments))],
            [word["units"], number(units, language)],
        ],
        "items": [
            {
                "quantity": number(decimal(item["quantity"]), language),
                "sku": item.get("sku") or "\u2014",
                "description": item["product_name"],
                "orders": _orders([str(each) for each in item["orders"]]),
            }
            for item in payload["items"]
        ],
        "shipments": [
            {
                "order": shipment["order_number"],
                "name": shipment["name"] or "",
                "place": _place(shipment, word, payload["seller"]["country"]),
                "units": number(decimal(shipment["quantity"]), language),
                "barcode": {
                    "widths": code128(shipment["shipment_id"]),
                    "says": shipment["shipment_id"],
                },
            }
            for shipment in shipments
        ],
    }


def _orders(numbers: list[str]) -> str:
    more = len(numbers) - _MOST_ORDERS
    return ", ".join(numbers[:_MOST_ORDERS]) + (f" +{more}" if more > 0 else "")


def _place(shipment: Payload, word: dict[str, str], home: str) -> str:
    if shipment.get("is_pickup"):
        return word["pick_up"]
    country = shipment.get("country") if shipment.get("country") != home else None
    parts = [shipment.get("city"), shipment.get("province"), country and country_name(country, "en")]
    text = " ".join(str(part) for part in parts if part)
    return f"{text} · {shipment['service_name']}" if shipment.get("service_name") else text
