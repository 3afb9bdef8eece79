"""A source's record as it may be shown: nobody's name, address or mail, and nothing that opens a door.

Known by the names of the fields, whatever the system. Provinces and countries stay: taxes rest on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"

# Below these everything is a person's, but what is named in _PUBLIC.
_ABOUT_PERSONS = {"billing", "shipping", "billing_details", "customer_details", "shipping_details", "address"}
_PUBLIC = {"state", "province", "country", "country_id", "state_id", "currency"}
_PERSONAL = re.compile(
    r"(first|last|full|partner|customer|account_holder|company)_?name|mail|phone|mobile|street|address|city|zip"
    r"|post_?(al_)?code|(^|_)ip(_|$)|user_?agent|username|avatar|(^|_)note|comment|vat|tax_id|last4|fingerprint|birth"
)
# Whoever has these can act with them.
_SECRET = re.compile(r"secret|token|password|api_?key|order_key|receipt_url|payment_url|cart_hash|nonce")
# A name is a person's only in records that are of persons.
PERSON_RESOURCES = {"customers", "res_partner"}
_NAMES = {"name", "display_name", "complete_name"}


def masked(payload: Any, resource: str, *, is_open: bool = False) -> Any:
    """The same record, its persons' data masked. `is_open`: only what opens doors is."""
    return _masked(payload, is_open, False, resource in PERSON_RESOURCES)


def _masked(value: Any, is_open: bool, is_personal: bool, names_persons: bool) -> Any:
    if isinstance(value, Mapping):
        if not is_open and _PERSONAL.search(str(value.get("key", "")).lower()):
            is_personal = "value" in value  # a shop's further fields: {"key": "_billing_phone", "value": ..}
        gift_cards = value.get("gift_cards")
        shown = {key: _field(key, inner, is_open, is_personal, names_persons) for key, inner in value.items()}
        if isinstance(gift_cards, list):
            # the code of a gift card is money
            shown["gift_cards"] = [
                {**card, "code": MASK} if isinstance(card, Mapping) and "code" in card else card
                for card in gift_cards
            ]
        return shown
    if isinstance(value, list):
        return [_masked(item, is_open, is_personal, names_persons) for item in value]
    return MASK if is_personal and _says_something(value) else value


def _field(key: str, value: Any, is_open: bool, is_personal: bool, names_persons: bool) -> Any:
    name = key.lower()
    if _SECRET.search(name) and _says_something(value):
        return MASK
    if is_open:
        return _masked(value, True, False, False)
    if name in _PUBLIC or name in ("id", "key"):
        return value
    if name in _ABOUT_PERSONS:
        return _masked(value, False, True, names_persons)
    is_name = name in _NAMES and (names_persons or is_personal)
    if (is_name or _PERSONAL.search(name)) and not isinstance(value, Mapping | list):
        return MASK if _says_something(value) else value
    return _masked(value, False, is_personal, names_persons)


def _says_something(value: Any) -> bool:
    return value not in (None, "", False, [], {}) and not isinstance(value, bool)
