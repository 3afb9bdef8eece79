"""Meta rows of the web shop's records, as WooCommerce keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
_LARGEST = 65_535


def set_meta(record: Record, given: Record, new_id: Callable[[], int]) -> None:
    """The row with that id or key has the value, else there is a new one; null takes the row away.

    Numbers and flags come back as text; lists and objects as they were. A text that is too long is dropped
    without a word.
    """
    value = given.get("value")
    if isinstance(value, bool):
        value = "1" if value else ""
    value = str(value) if isinstance(value, int | float) else value
    if isinstance(value, str) and len(value.encode()) > _LARGEST:
        return
    rows: list[Record] = record["meta_data"]
    known = given.get("id")
    same = [row for row in rows if (row["id"] == known if known else row["key"] == given.get("key"))]
    if value is None:
        record["meta_data"] = [row for row in rows if row not in same[:1]]
    elif same:
        same[0]["value"] = value
    else:
        rows.append({"id": new_id(), "key": given.get("key"), "value": value})
