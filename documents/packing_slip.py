"""The packing slip: what is in the box, what follows and when, and a barcode by which the box is found."""

from __future__ import annotations

from typing import Any

from documents.amounts import Language, number, weight
from documents.barcodes import code128
from documents.paper import Issued, Payload, address_of, day_of, decimal, language_of, paper
from documents.typeset import pdf
from documents.words import Words, service_name

WORDS: Words = {
    "packing_slip": {"en": "Packing slip", "fr": "Bordereau d'expédition"},
    "shipment": {"en": "Shipment", "fr": "Envoi"},
    "sku": {"en": "SKU", "fr": "Code"},
    "in_box": {"en": "In this shipment", "fr": "Dans cet envoi"},
    "nothing_ready": {"en": "Nothing can be sent yet", "fr": "Rien n'est prêt pour l'instant"},
    "ordered": {"en": "of", "fr": "sur"},
    "following": {"en": "Still to come", "fr": "À venir"},
    "expected": {"en": "Expected", "fr": "Prévu"},
    "unknown": {"en": "We will write to you", "fr": "Nous vous écrirons"},
    "customer_note": {"en": "Your note", "fr": "Votre message"},
    "box": {"en": "Box", "fr": "Colis"},
    "complete": {
        "en": "Your order is complete. Thank you, and enjoy!",
        "fr": "Votre commande est complète. Merci et bonne découverte!",
    },
    "rest": {
        "en": "The rest of your order follows as soon as it is here.",
        "fr": "Le reste de votre commande suivra dès qu'il sera arrivé.",
    },
}


def packing_slip_pdf(payload: Payload, issued: Issued) -> bytes:
    """The packing slip as PDF/A."""
    return pdf("packing_slip", template_data(payload, issued))


def template_data(payload: Payload, issued: Issued) -> dict[str, Any]:
    """What the template shows, all of it text."""
    language = language_of(payload)
    data = paper(payload, WORDS["packing_slip"][language], [], WORDS)
    word, following = data["words"], payload.get("following", [])
    data["facts"] = [
        [name, value]
        for name, value in (
            (word["order"], payload["order"]["order_number"]),
            (word["ordered_on"], day_of(payload["order"].get("order_date"), language)),
            (word["shipment"], str(payload.get("shipment_number") or "")),
            (word["date"], day_of(issued.on, language)),
        )
        if value
    ]
    is_pickup = bool(payload.get("is_pickup"))
    return data | {
        "delivery_title": word["pick_up"] if is_pickup else word["ship_to"],
        "delivery": address_of(payload, "delivery")[: 1 if is_pickup else None],
        "barcode": barcode_of(payload["shipment_id"]),
        "boxes": [box_line(box, word, language) for box in payload.get("boxes", [])],
        "lines_title": word["in_box" if payload["lines"] else "nothing_ready"],
        "lines": [slip_line(line, word, language) for line in payload["lines"]],
        "customer_note": payload.get("customer_note") or None,
        "following": [
            {
                "quantity": number(decimal(line["quantity"]), language),
                "description": line["product_name"],
                "sku": line.get("sku") or "",
                "expected": day_of(line.get("promise_date"), language) or word["unknown"],
            }
            for line in following
        ],
        "closing": word["rest" if following else "complete"],
    }


def slip_line(line: Payload, word: dict[str, str], language: Language) -> dict[str, Any]:
    """A line of what is in the box; how many were ordered where it is not all of them."""
    ordered = line.get("ordered_quantity")
    is_part = ordered is not None and decimal(ordered) != decimal(line["quantity"])
    return {
        "quantity": number(decimal(line["quantity"]), language),
        "ordered": f"{word['ordered']} {number(decimal(ordered), language)}" if is_part else None,
        "description": line.get("product_name") or line.get("sku") or "",
        "sku": line.get("sku") or "",
    }


def box_line(box: Payload, word: dict[str, str], language: Language) -> str:
    """A box in one line: its number, kind, weight, service and tracking number."""
    parts = [
        f"{word['box']} {box['parcel_number']}" if box.get("parcel_number") else None,
        box.get("box"),
        weight(decimal(box["weight_g"]), language) if box.get("weight_g") else None,
        service_name(box.get("service_name"), language),
        box.get("tracking_number"),
    ]
    return " · ".join(str(part) for part in parts if part)


def barcode_of(key: str) -> dict[str, Any]:
    """The barcode of a key, and the key below it."""
    return {"widths": code128(key), "says": key}
