"""What a stand-in must still know after a restart: changed and new records over the seeded story.

One SQLite file for all of them; without a state directory it remembers nothing. A stand-in keeps its
records in memory and calls `put` with each one it changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class Journal:
    """Records by (system, kind, key); the newest of each key counts."""

    def __init__(self, state_dir: Path | None = None) -> None:
        """Open the file in `state_dir`, or remember nothing where that is None."""
        self._db: sqlite3.Connection | None = None
        if state_dir is not None:
            state_dir.mkdir(parents=True, exist_ok=True)
            # The stand-ins run on one event loop; only its thread touches the file after the start.
            self._db = sqlite3.connect(
                state_dir / "sandbox.sqlite", check_same_thread=False, isolation_level=None
            )
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = off")
            self._db.execute(
                "create table if not exists record (system text, kind text, key text, body blob,"
                " primary key (system, kind, key)) without rowid"
            )

    def put(self, system: str, kind: str, key: str, body: Any) -> None:
        """The record is remembered (None = it was deleted)."""
        if self._db is not None:
            self._db.execute(
                "insert or replace into record values (?, ?, ?, ?)", (system, kind, key, orjson.dumps(body))
            )

    def load(self, system: str, kind: str) -> Iterator[tuple[str, Any]]:
        """Every remembered (key, record) of one kind; the record is None where it was deleted."""
        if self._db is not None:
            rows = self._db.execute(
                "select key, body from record where system = ? and kind = ?", (system, kind)
            )
            yield from ((key, orjson.loads(body)) for key, body in rows.fetchall())

    def close(self) -> None:
        """The file is closed."""
        if self._db is not None:
            self._db.close()
