"""What stands on a paper, read and added up from its own text."""

from __future__ import annotations

import re
import zlib
from decimal import Decimal
from typing import Any


def read(text: str) -> Decimal:
    """An amount as it is printed, in either language, with or without its currency."""
    sign = -1 if "\u2212" in text else 1
    digits = re.sub(r"[^0-9.,]", "", text)
    if re.search(r",\d\d$", digits):  # French
        digits = digits.replace(",", ".")
    return sign * Decimal(digits.replace(",", ""))


def adds_up(data: dict[str, Any], total: Decimal) -> None:
    """The lines are the subtotal, and all that is shown above the total makes it."""
    lines = sum((read(line["amount"]) for line in data["lines"]), Decimal(0))
    sums = [(name, read(value)) for name, _, value in data["sums"]]
    if sums and sums[0][0] in ("Subtotal", "Sous-total"):
        assert lines == sums[0][1]
        sums = sums[1:]
    whole = [value for name, value in sums if name not in ("Order total", "Total de la commande")]
    assert lines + sum(whole, Decimal(0)) == total == read(data["total"][1])
    owed = read(data["balance"][1]) if data["balance"] else None
    if data["settled"]:
        assert total + sum((read(value) for _, value in data["settled"]), Decimal(0)) == (owed or 0)


def plain(pdf: bytes) -> bytes:
    """The file with its compressed streams opened."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)
