"""Ids of Stripe's objects for the story's orders: they follow from the seed and the order's place.

The last eight digits are the place in hexadecimal, so that an id leads back to its order.
"""

from __future__ import annotations

from sandbox.story import WebOrder
from sandbox.story_chance import chance

_MARK = "CF"
_PLACE_DIGITS = 8


def object_id(prefix: str, seed: int, index: int) -> str:
    """The id of that kind (ch, pi, re, txn, po ..) that belongs to the order or day of that index."""
    purpose = int.from_bytes(prefix.encode(), "big")
    return f"{prefix}_3{chance(seed, index, purpose) & 0xFFFFFFFFFFFF:012x}{_MARK}{index:0{_PLACE_DIGITS}x}"


def index_of(identity: str, seed: int) -> int | None:
    """The index within an id that `object_id` made; None for any other text."""
    prefix, _, tail = identity.partition("_")
    try:
        index = int(tail[-_PLACE_DIGITS:], 16)
    except ValueError:
        return None
    return index if object_id(prefix, seed, index) == identity else None


def payment_ids(order: WebOrder, seed: int) -> tuple[str | None, str | None]:
    """(charge, payment intent) of a web order paid by card; no charge before it is paid or held."""
    if order.payment_method != "stripe":
        return None, None
    charge = object_id("ch", seed, order.index) if order.paid_at or order.capture else None
    return charge, object_id("pi", seed, order.index)
