"""Code 128 as the widths of its bars, so that a template draws them sharp at any size."""

from __future__ import annotations

from itertools import groupby

from barcode.codex import Code128

_PRINTABLE = frozenset(map(chr, range(32, 127)))


def code128(text: str) -> list[int]:
    """Widths in modules of bars and gaps by turns, a bar first. ValueError: letters that it does not have."""
    if not text or not set(text) <= _PRINTABLE:
        raise ValueError("a barcode of Code 128 has printable ASCII only")
    [modules] = Code128(text).build()
    return [len(list(run)) for _, run in groupby(modules)]
