"""The shipping label's page: the carrier's label in its own size, and above it the slip of its box.

Typst places no PDF in a PDF/A, so the label is placed as a picture of 600 dots an inch in black and white,
which a label printer does not tell from the PDF. The carrier's own PDF is kept as it came.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy
import pypdfium2

from documents.amounts import number
from documents.packing_slip import WORDS as SLIP_WORDS
from documents.packing_slip import barcode_of, box_line
from documents.paper import Issued, Payload, address_of, day_of, decimal, language_of, paper
from documents.typeset import pdf
from documents.words import Words

WORDS: Words = {
    "label": {"en": "Shipping label", "fr": "Étiquette d'expédition"},
    "more_boxes": {"en": "Box {} of {} of this shipment.", "fr": "Colis {} de {} de cet envoi."},
}
_DOTS_PER_INCH = 600
_MM_PER_POINT = 25.4 / 72
# What fits on the page: a label that is larger is made smaller, which the carrier's own never are.
_MOST_MM = (152.4, 101.6)


@dataclass(frozen=True)
class Picture:
    """The label as PNG, and its size on paper in millimetres."""

    png: bytes
    width_mm: float
    height_mm: float


def label_page_pdf(payload: Payload, issued: Issued, label: bytes) -> bytes:
    """The label (a PDF, its first page) and the slip of its box as PDF/A. ValueError: the label is no PDF."""
    return pdf("label_page", template_data(payload, issued, picture_of(label)))


def template_data(payload: Payload, issued: Issued, picture: Picture) -> dict[str, Any]:
    """What the template shows; all of it text but the picture."""
    language = language_of(payload)
    data = paper(payload, SLIP_WORDS["packing_slip"][language], [], SLIP_WORDS, WORDS)
    word = data["words"]
    box, count = payload["parcel"], int(payload.get("parcel_count") or 1)
    data["facts"] = [
        [word["order"], payload["order"]["order_number"]],
        [word["date"], day_of(issued.on, language)],
    ]
    return data | {
        "delivery": address_of(payload, "delivery"),
        "barcode": barcode_of(payload["shipment_id"]),
        "box": box_line(box, word, language),
        "lines": [
            {
                "quantity": number(decimal(line["quantity"]), language),
                "description": line.get("product_name") or line.get("sku") or "",
                "sku": line.get("sku") or "",
            }
            for line in payload["lines"]
        ],
        "closing": word["more_boxes"].format(box["parcel_number"], count) if count > 1 else None,
        "label": {
            "picture": picture.png,
            "width_mm": picture.width_mm,
            "height_mm": picture.height_mm,
            "is_upright": picture.height_mm > picture.width_mm,
        },
    }


def picture_of(label: bytes) -> Picture:
    """The first page of a PDF, in black and white. ValueError: it is no PDF, or has no page."""
    try:
        document = pypdfium2.PdfDocument(label)
        page = document[0]
        width, height = page.get_size()
        bitmap = page.render(scale=_DOTS_PER_INCH / 72, grayscale=True)
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise ValueError(f"the label is no PDF that can be shown ({error})") from None
    dots = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width]
    png = _png(dots)
    document.close()
    longer, shorter = max(width, height) * _MM_PER_POINT, min(width, height) * _MM_PER_POINT
    scale = min(1.0, _MOST_MM[0] / longer, _MOST_MM[1] / shorter)
    return Picture(png, width * _MM_PER_POINT * scale, height * _MM_PER_POINT * scale)


def _png(dots: numpy.ndarray[Any, Any]) -> bytes:
    """One bit for each dot: white above the middle."""
    height, width = dots.shape
    rows = numpy.packbits(dots > 127, axis=1)
    raw = numpy.hstack([numpy.zeros((height, 1), numpy.uint8), rows]).tobytes()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw, 6)),
        (b"IEND", b""),
    )
    written = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
