"""Postage bought and goods imported, a row for each, as people keep them in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connections.files import FoundFile
from connections.landing import Record
from extractors import files_names
from extractors.files_csv import Row, Table, table
from extractors.files_names import Names
from extractors.files_rows import reads, refused, saved_at
from extractors.files_values import DayOrder, Unreadable, amount, day, day_order, rate

_HST_PROVINCES = ("NB", "NL", "NS", "ON", "PE")


@dataclass(frozen=True)
class _Layout:
    """A kind of file: its columns, those that must be there, and what is read of each filled cell."""

    names: Names
    needed: tuple[str, ...]
    amounts: tuple[str, ...]
    filled: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    check: Callable[[dict[str, str]], None] = lambda record: None


def _check_postage(record: dict[str, str]) -> None:
    province = record.get("hst_province", "").upper()
    if Decimal(record.get("hst", "0")) and province not in _HST_PROVINCES:
        raise Unreadable(
            "column hst province does not say whose HST it is", f"Write one of {', '.join(_HST_PROVINCES)}"
        )


def _check_import(record: dict[str, str]) -> None:
    if not any(record.get(name) for name in ("cost", "duty", "gst", "broker_fee")):
        raise Unreadable("it has no amount at all", "Fill in cost, duty, gst or broker fee")


_POSTAGE = _Layout(
    files_names.POSTAGE,
    needed=("reference", "date", "amount"),
    filled=("amount",),
    amounts=("amount", "gst", "hst", "qst"),
    check=_check_postage,
)
_IMPORTS = _Layout(
    files_names.IMPORTS,
    needed=("reference", "date", "cost|duty|gst"),
    amounts=("cost", "duty", "gst", "broker_fee"),
    rates=("duty_rate",),
    check=_check_import,
)


def postage(content: bytes, file: FoundFile) -> list[Record]:
    """Every parcel, or line of the carrier's bill. Unreadable: the file has no such columns."""
    return _records(_POSTAGE, content, file)


def imports(content: bytes, file: FoundFile) -> list[Record]:
    """Every consignment that came through customs. Unreadable: the file has no such columns."""
    return _records(_IMPORTS, content, file)


def _records(layout: _Layout, content: bytes, file: FoundFile) -> list[Record]:
    found = table(content, layout.names, layout.needed)
    order = day_order(found.column("date"))
    lines: dict[str, int] = {}
    records = []
    for row in found.rows:
        try:
            record = _record(layout, found, row, order)
            first = lines.setdefault(record["reference"], row.line)
            if first != row.line:
                raise Unreadable(
                    f"column {found.names['reference']} has the reference of line {first} again",
                    "Give each row a reference of its own",
                )
        except Unreadable as problem:
            records.append(refused(file, f"line {row.line}", problem, {"cells": row.written}))
        else:
            records.append(Record(record["reference"], record, saved_at(file)))
    return records


def _record(layout: _Layout, found: Table, row: Row, order: DayOrder | None) -> dict[str, str]:
    """The filled cells by field: days as 2026-10-31, amounts as 1234.56, rates as 0.065, the rest as is."""
    if row.too_long:
        raise Unreadable(
            "it has more cells than the header has columns",
            "Put a cell that contains the separator in quotation marks; remove separators at the row's end",
        )

    def _day(text: str) -> date:
        return day(text, order)

    record = {field: row.text(field) for field in layout.names if row.text(field)}
    for field in ("reference", *layout.filled):
        reads(found.names[field], row.text(field), str)
    if len(record["reference"]) > 100:
        raise Unreadable(f"column {found.names['reference']} is too long", "Use at most 100 characters")
    record["date"] = reads(found.names["date"], row.text("date"), _day).isoformat()
    for fields, read in ((layout.amounts, amount), (layout.rates, rate)):
        for field in fields:
            if field in record:
                record[field] = str(reads(found.names[field], record[field], read))
    for field in ("currency", "hst_province"):
        if field in record:
            record[field] = record[field].upper()
    layout.check(record)
    return record
