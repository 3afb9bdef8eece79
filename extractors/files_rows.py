"""What every kind of file has in common: when it was saved, and a row of it that is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from connections.files import FoundFile
from connections.landing import Record
from extractors.files_values import Unreadable

Value = TypeVar("Value")


def saved_at(file: FoundFile) -> datetime:
    """When the file was written last."""
    return datetime.fromtimestamp(file.modified_ns // 1000 / 1e6, UTC)


def reads(column: str, text: str, read: Callable[[str], Value]) -> Value:
    """The cell's value. Unreadable: with the column's name."""
    if not text:
        raise Unreadable(f"column {column} is empty", "Fill it in")
    try:
        return read(text)
    except Unreadable as problem:
        raise Unreadable(f"column {column}: {problem.what}", problem.remedy) from None


def refused(file: FoundFile, where: str, problem: Unreadable, written: dict[str, Any]) -> Record:
    """A row of the file that is not landed; its key begins with the file's name."""
    payload = {"file": file.name, "where": where, **written}
    reason = f"{file.name}, {where}: {problem.what}. {problem.remedy}"
    return Record(f"{file.name}#{where}", payload, problem=reason)
