"""The stand-in's database: tables in memory, indexes, and transactions that happen wholly or not at all.

Transactions run one after the other, on the servers' one event loop. What the real server's snapshots make
visible is kept all the same: `write_date` is the moment a transaction began, with microseconds; and each
external id knows the commit that made it, so that a transaction can tell one that appeared after it had
begun (`Env.snapshot`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sandbox.odoo_fields import Field, Model

Row = dict[str, Any]
_ABSENT: dict[int, None] = {}


def stamp(moment: datetime) -> str:
    """`moment` as it is stored: UTC, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class Table:
    """The rows of one model by id. Unset fields are not stored; many2one values are ids."""

    def __init__(self, model: Model, changes: Iterator[int]) -> None:
        self.model = model
        self.rows: dict[int, Row] = {}
        self.next_id = 1
        self.version = 0
        self._changes = changes
        self.indexes: dict[str, dict[Any, dict[int, None]]] = {
            field.name: {} for field in model.fields.values() if field.index and field.stored
        }
        self._sorted: dict[str, tuple[int, list[int]]] = {}

    def put(self, row_id: int, row: Row | None) -> None:
        """Make `row` the row of this id (None: there is none), indexes included."""
        old = self.rows.get(row_id)
        for name, index in self.indexes.items():
            before = old.get(name) if old else None
            after = row.get(name) if row else None
            if before != after:
                if before is not None:
                    index[before].pop(row_id, None)
                if after is not None:
                    index.setdefault(after, {})[row_id] = None
        if row is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = row
        self.version = next(self._changes)

    def find(self, name: str, value: Any) -> dict[int, None]:
        """The ids of the rows whose indexed field `name` has this value."""
        return self.indexes[name].get(value, _ABSENT)

    def ordered(self, order: str, version: int, sort: Callable[[], list[int]]) -> list[int]:
        """All ids in this order; sorted again only if `version` is another than at the last time."""
        sorted_at, ids = self._sorted.get(order, (-1, []))
        if sorted_at != version:
            ids = sort()
            self._sorted[order] = (version, ids)
        return ids


class Store:
    """All tables, and what spans transactions."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models
        changes = itertools.count(1)
        self.tables = {name: Table(model, changes) for name, model in models.items()}
        self.commits = 0
        self.rules: dict[tuple[int, str], list[Any]] = {}
        """Record rules: what a user sees of a model, as a domain."""
        self.born: dict[tuple[str, str], int] = {}
        """Number of the commit that made an external id, by (module, name)."""


class Env:
    """One transaction of one user: reads, and writes that can be taken back."""

    def __init__(
        self,
        store: Store,
        uid: int,
        context: dict[str, Any] | None = None,
        *,
        now: datetime | None = None,
        snapshot: int | None = None,
    ) -> None:
        self.store = store
        self.uid = uid
        self.context = context or {}
        self.now = now or datetime.now(UTC)
        self.stamp = stamp(self.now)
        self.snapshot = store.commits if snapshot is None else snapshot
        self._undo: list[tuple[Table, int, Row | None]] = []

    def table(self, model: str) -> Table:
        """The table of one model."""
        return self.store.tables[model]

    def row(self, model: str, row_id: int) -> Row:
        """One row; KeyError if there is none."""
        return self.store.tables[model].rows[row_id]

    def rows(self, model: str, ids: Iterable[int]) -> Iterator[Row]:
        """The rows of these ids that exist."""
        table = self.store.tables[model].rows
        return (table[row_id] for row_id in ids if row_id in table)

    def field(self, model: str, name: str) -> Field:
        """One field's declaration; KeyError if the model has none of this name."""
        return self.store.models[model].fields[name]

    def insert(self, model: str, values: Row) -> int:
        """A new row with these stored values; its id."""
        table = self.store.tables[model]
        row_id = table.next_id
        table.next_id += 1
        row = {
            "id": row_id,
            "create_date": self.stamp,
            "write_date": self.stamp,
            "create_uid": self.uid,
            "write_uid": self.uid,
        }
        row.update(
            (name, value) for name, value in values.items() if value is not False and value is not None
        )
        self._undo.append((table, row_id, None))
        table.put(row_id, row)
        return row_id

    def update(self, model: str, row_id: int, values: Row, *, touch: bool = True) -> None:
        """Set stored values; `touch` bumps write_date, as a write by a person or a client does."""
        table = self.store.tables[model]
        old = table.rows[row_id]
        row = dict(old)
        for name, value in values.items():
            if value is False or value is None:
                row.pop(name, None)
            else:
                row[name] = value
        if touch:
            row["write_date"], row["write_uid"] = self.stamp, self.uid
        self._undo.append((table, row_id, old))
        table.put(row_id, row)

    def remove(self, model: str, row_id: int) -> None:
        """Delete one row."""
        table = self.store.tables[model]
        self._undo.append((table, row_id, table.rows[row_id]))
        table.put(row_id, None)

    def savepoint(self) -> int:
        """A place that `rollback` can go back to."""
        return len(self._undo)

    def rollback(self, to: int = 0) -> None:
        """Take back everything written since `to`. Ids given meanwhile are not given again."""
        while len(self._undo) > to:
            table, row_id, row = self._undo.pop()
            table.put(row_id, row)

    def commit(self) -> dict[tuple[str, int], Row | None]:
        """Everything written so far stays; the rows that changed, as they are now (None: deleted)."""
        changed = {(table.model.name, row_id): table.rows.get(row_id) for table, row_id, _ in self._undo}
        self._undo.clear()
        self.store.commits += 1
        return changed
