"""The stand-in's labels: real PDFs, four by six inches, the same bytes for the same shipment."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import typst
from barcode import Code128
from barcode.writer import SVGWriter

from sandbox.canadapost_store import Record

_TEMPLATE = Path(__file__).parent / "data" / "canadapost_label.typ"


def draw(shipment: Record) -> bytes:
    """The shipment's label."""
    data = {
        "service": shipment["service_name"],
        "pin": shipment["pin"],
        "sender": _lines(shipment["sender"]),
        "to": _lines(shipment["destination"]),
        "weight": f"{shipment['grams'] / 1000:.3f} kg",
        "reference": shipment["references"].get("customer_ref_2") or "-",
        "barcode": _barcode(shipment["pin"]),
        "note": "Return label / Étiquette de retour" if shipment["is_return"] else "",
    }
    made = typst.compile(
        _TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def _barcode(pin: str) -> str:
    picture = BytesIO()
    Code128(pin, writer=SVGWriter()).write(picture, {"write_text": False, "module_height": 12})
    return picture.getvalue().decode()


def _lines(place: Record) -> list[str]:
    town = " ".join(filter(None, (place["city"], place["province"], place["postal_code"])))
    lines = [place["name"], place["company"], place["street"], place["street_2"], town]
    if place.get("country", "CA") != "CA":
        lines.append(place["country"])
    return [line for line in dict.fromkeys(lines) if line]
