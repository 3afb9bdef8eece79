"""A row of each kind of message in both languages, as outbound.out_mail__messages has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

SENT_AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LINK = "https://orders.maplelane.example/o/2kq5Yz0H6uYk0v3mCw7nQ8rT1aBxE4dFgJhLpSsVtXw"

_NAMES = {
    "en": ("Beeswax candle, pair", "Enamel mug, forest green", "Wool blanket, grey"),
    "fr": (
        "Chandelle de cire d\u2019abeille, paire",
        "Tasse émaillée, vert forêt",
        "Couverture de laine, grise",
    ),
}
KINDS = ("invoice", "backorder", "backorder_notice", "delay", "shipped", "shipped_part", "refund")


def row(name: str, language: str = "en", **changes: Any) -> dict[str, Any]:
    """The message's payload. `backorder_notice`: nothing is asked; `shipped_part`: more follows."""
    kind = name.partition("_")[0]
    return _common(kind, language) | _KINDS[name](language) | changes


def _common(kind: str, language: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "language": language,
        "message_id": f"<{kind}.1001@maplelane.example>",
        "order_id": "woocommerce:1001",
        "order_number": "1001",
        "link_expires_at": "2027-02-01T05:00:00+00:00",
        "sender": {
            "name": "Maple Lane Goods",
            "address": "orders@maplelane.example",
            "reply_to": "help@maplelane.example",
        },
        "shop": {
            "name": "Maple Lane Goods",
            "legal_name": "Maple Lane Goods Ltd",
            "street": "214 Queen Street West",
            "city": "Toronto",
            "province": "ON",
            "postal_code": "M5V 1Z6",
            "time_zone": "America/Toronto",
        },
        "recipient": {
            "name": "Zoé Tremblay" if language == "fr" else "Robin Fraser",
            "address": "customer@mail.example",
        },
        "documents": [],
    }


def _line(language: str, place: int, quantity: int, promise: str | None = None) -> dict[str, Any]:
    sku = ("CAN-02", "MUG-11", "BLK-07")[place]
    return {"name": _NAMES[language][place], "sku": sku, "quantity": quantity, "promise_date": promise}


def _paper(kind: str, number: str, key: str, amount: str, path: str) -> dict[str, Any]:
    return {
        "number": number,
        "issued_on": "2026-11-24",
        "amount": amount,
        "currency": "CAD",
        "documents": [{"document_key": key, "path": path, "sha256": "0" * 64, "name": f"{number}.pdf"}],
    }


def _invoice(language: str) -> dict[str, Any]:
    found = _paper("invoice", "INV-000042", "invoice:woocommerce:1001", "1284.56", "orders/1001/invoice.pdf")
    return found | {"is_paid": True}


def _question(language: str) -> dict[str, Any]:
    return {
        "asks": True,
        "answer_days": 5,
        "default_choice": "ship_now",
        "promise_date": "2026-12-08",
        "ready": [_line(language, 0, 2), _line(language, 1, 1)],
        "waiting": [_line(language, 2, 1, "2026-12-08")],
    }


def _notice(language: str) -> dict[str, Any]:
    return _question(language) | {
        "asks": False,
        "ready": [],
        "waiting": [_line(language, 2, 1, "2026-12-08"), _line(language, 1, 3)],
    }


def _delay(language: str) -> dict[str, Any]:
    return {
        "told_date": "2026-12-08",
        "moved_to": "2026-12-19",
        "promise_date": "2026-12-19",
        "waiting": [_line(language, 2, 1, "2026-12-19")],
    }


def _shipped(language: str) -> dict[str, Any]:
    return {
        "is_last": True,
        "parcels": [
            {
                "tracking_number": "7023210039414604",
                "service_name": "Expedited Parcel",
                "expected_delivery_date": "2026-11-27",
            }
        ],
        "lines": [_line(language, 0, 2), _line(language, 1, 1), _line(language, 2, 1)],
        "waiting": [],
    }


def _part(language: str) -> dict[str, Any]:
    found = _shipped(language)
    return found | {
        "is_last": False,
        "lines": found["lines"][:2],
        "waiting": [_line(language, 2, 1, "2026-12-08")],
    }


def _refund(language: str) -> dict[str, Any]:
    key, path = "credit_note:woocommerce:77", "orders/1001/credit-note-77.pdf"
    return _paper("refund", "CN-000007", key, "45.20", path)


_KINDS = {
    "invoice": _invoice,
    "backorder": _question,
    "backorder_notice": _notice,
    "delay": _delay,
    "shipped": _shipped,
    "shipped_part": _part,
    "refund": _refund,
}
