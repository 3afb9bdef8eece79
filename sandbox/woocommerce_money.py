"""How WooCommerce writes amounts and times: text with two decimals, local time beside GMT without offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sandbox.story import SHOP_TIME_ZONE

SITE_ZONE = ZoneInfo(SHOP_TIME_ZONE)


def money(cents: int) -> str:
    """Cents as WooCommerce's text: -1205 is "-12.05"."""
    return f"-{money(-cents)}" if cents < 0 else f"{cents // 100}.{cents % 100:02d}"


def cents(text: object) -> int:
    """WooCommerce's text (or a number) as cents, half a cent away from zero; empty and wrong text is 0."""
    try:
        return int((Decimal(str(text)) * 100).to_integral_value(ROUND_HALF_UP))
    except ArithmeticError:
        return 0


def unit_price(total_cents: int, quantity: int) -> float | int:
    """What `price` shows: a float with all its digits, whole numbers without a point."""
    price = total_cents / 100 / quantity if quantity else 0
    return int(price) if price == int(price) else price


def format_decimal(text: object) -> str:
    """A number as WooCommerce understands what a client sent: "12,34" becomes 1234, "abc" nothing."""
    return re.sub(r"[^0-9.\-]", "", str(text).strip()) if text is not None else ""


def gmt(seconds: int | None) -> str | None:
    """A moment as the *_gmt fields write it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def local(seconds: int | None) -> str | None:
    """A moment as the fields in the site's own time write it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, SITE_ZONE).isoformat()[:19]


def from_gmt(text: str) -> int:
    """Seconds since 1970 of a *_gmt field."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def from_query(text: str, dates_are_gmt: bool) -> int:
    """The moment that a date filter comes to mean; ValueError where it is no date.

    WooCommerce turns a date with an offset into the site's own digits, then compares digits: with the GMT
    column where dates_are_gmt is set, else with the local one. So only digits in GMT with dates_are_gmt, or
    an offset without it, mean what they say; the other two are off by the site's distance from GMT.
    """
    given = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "T"))
    digits = given.astimezone(SITE_ZONE).replace(tzinfo=None) if given.tzinfo else given
    return int(digits.replace(tzinfo=UTC if dates_are_gmt else SITE_ZONE).timestamp())
