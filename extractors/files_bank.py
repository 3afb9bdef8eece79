"""Lines of a bank's statement, from OFX and from CSV, as one record each: money in is above zero."""

from __future__ import annotations

import hashlib
from collections import Counter
from decimal import Decimal

from connections.files import FoundFile
from connections.landing import Record
from extractors import files_names, files_ofx
from extractors.files_csv import Row, Table, table
from extractors.files_rows import reads, refused, saved_at
from extractors.files_values import DayOrder, Unreadable, amount, day, day_order

_NEEDED = ("date", "amount|debit|credit", "description")
_OUT = {"debit", "dr", "d", "debits", "withdrawal", "retrait"}
_IN = {"credit", "cr", "c", "credits", "deposit", "depot"}
_DEFAULT_ACCOUNT = "bank"


def ofx_lines(content: bytes, file: FoundFile) -> list[Record]:
    """Every transaction: its key is the account's and the bank's own id. Unreadable: the file is no OFX."""
    records: list[Record] = []
    before: dict[str, dict[str, str]] = {}
    for item in files_ofx.transactions(content):
        where = f"transaction {item.place} of account {_masked(item.account)}"
        payload = {"file": file.name, "transaction": item.place, "fitid": item.fitid, "amount": item.amount}
        try:
            if item.problem:
                raise item.problem
            if not 0 < len(item.fitid) <= 255:
                raise Unreadable(
                    "it has no FITID of at most 255 characters",
                    "Ask the bank for another format, or enter it by hand",
                )
            line = {
                "account": item.account,
                "date": reads("DTPOSTED", item.day, lambda text: day(text[:8])).isoformat(),
                "amount": str(reads("TRNAMT", item.amount, amount)),
                "currency": item.currency,
                "description": item.description,
                "fitid": item.fitid,
            }
            key = f"{item.account}:{item.fitid}"
            if before.setdefault(key, line) != line:
                raise Unreadable(
                    f"FITID {item.fitid} is there twice, for two different ones", "Enter this one by hand"
                )
        except Unreadable as problem:
            records.append(refused(file, where, problem, payload))
        else:
            records.append(Record(key, line, saved_at(file)))
    return records


def csv_lines(content: bytes, file: FoundFile) -> list[Record]:
    """Every row. Its key counts lines that are alike on one day, so that overlapping statements agree.

    Unreadable: the file is no statement. The account is the column's, else the subfolder's name.
    """
    found = table(content, files_names.BANK, _NEEDED)
    order = day_order(found.column("date"))
    alike: Counter[str] = Counter()
    records = []
    for row in found.rows:
        try:
            line = _line(found, row, order, file.subfolder or _DEFAULT_ACCOUNT)
        except Unreadable as problem:
            records.append(refused(file, f"line {row.line}", problem, {"cells": row.written}))
            continue
        text = "\x1f".join(line[name] for name in ("account", "date", "amount", "description"))
        alike[text] += 1
        key = hashlib.sha256(f"{text}\x1f{alike[text]}".encode()).hexdigest()[:32]
        records.append(Record(f"csv:{key}", line, saved_at(file)))
    return records


def _line(found: Table, row: Row, order: DayOrder | None, account: str) -> dict[str, str]:
    if row.too_long:
        raise Unreadable(
            "it has more cells than the header has columns",
            "Put a cell that contains the separator in quotation marks; remove separators at the row's end",
        )
    line = {
        "account": row.text("account") or account,
        "date": reads(found.names["date"], row.text("date"), lambda text: day(text, order)).isoformat(),
        "amount": str(_amount(found, row)),
        "description": " ".join(" ".join(dict.fromkeys(filter(None, row.cells["description"]))).split()),
    }
    currency = row.text("currency").upper()
    return line | {"currency": currency} if currency else line


def _amount(found: Table, row: Row) -> Decimal:
    """Money in above zero, whether the file has one column with a sign, one with a word, or two columns."""
    names = found.names
    written = row.text("amount")
    if written:
        value = reads(names["amount"], written, amount)
        word = files_names.plain(row.text("direction"))
        if word in _OUT or (word in _IN and value < 0):
            if word in _IN:
                raise Unreadable(f"column {names['direction']} contradicts the amount's sign", "Correct one")
            return -abs(value)
        return value
    sides = {
        side: reads(names[side], row.text(side), amount) for side in ("debit", "credit") if row.text(side)
    }
    for side, value in sides.items():
        if value < 0:
            raise Unreadable(f"column {names[side]} is below zero", "Put it in the other column")
    if all(sides.get(side) for side in ("debit", "credit")):
        raise Unreadable(f"columns {names['debit']} and {names['credit']} are both filled", "Leave one empty")
    if not sides:
        called = names.get("amount") or names.get("debit") or names["credit"]
        raise Unreadable(f"column {called} is empty", "Write the amount")
    return sides.get("credit", Decimal("0.00")) - sides.get("debit", Decimal("0.00"))


def _masked(account: str) -> str:
    """An account's number does not stand in messages."""
    return f"…{account[-4:]}"
