"""What people said and did on our own pages. No system to sign in at: the pages write into the warehouse.

    portal.answers  -> raw.portal__answers    a customer's choice (ship_now, wait), each change a further one
    portal.packings -> raw.portal__packings   staff packed a box, or opened it again

Both tables only grow. Times are UTC. The cursor is the time of the newest row; each reading goes back
beyond it by more than a transaction of the pages may last, so that one that commits late is not missed.
What is *not* read: sign-ins, sessions, and what else the pages keep for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from connections.connection import Connection
from connections.landing import Record
from connections.warehouse import Warehouse, connect, rows, sql
from extractors.base import Page, Position, Resource

# The pages give up on a statement after 5 seconds.
_OVERLAP = timedelta(minutes=10)
_PAGE = 5000


class Tables:
    """The tables of the pages. `requests` counts the queries."""

    def __init__(self, connection: Connection) -> None:
        self._warehouse: Warehouse = connect(connection)
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._warehouse.close()

    def after(
        self, table: str, key: str, time: str, since: datetime | None, last: int
    ) -> list[dict[str, Any]]:
        """The next rows by key, above `last`, that came since then (None: all). Unavailable."""
        query = sql.SQL(
            "select * from {table} where {key} > %s and (%s::timestamptz is null or {time} >= %s)"
            " order by {key} limit %s"
        ).format(table=sql.Identifier(*table.split(".")), key=sql.Identifier(key), time=sql.Identifier(time))
        self.requests += 1
        found = rows(self._warehouse, query.as_string(), [last, since, since, _PAGE])
        self._warehouse.commit()
        return found


class Portal:
    """The extractor of our own pages. `warehouse` says where they write."""

    system = "portal"
    resources: tuple[Resource, ...] = (
        Resource("answers", "portal.answers", key="answer_id", changed="answered_at"),
        Resource("packings", "portal.packings", key="packing_id", changed="packed_at"),
    )

    def __init__(self, warehouse: Callable[[], Connection]) -> None:
        self._warehouse = warehouse

    def open(self, connection: Connection) -> Tables:
        """The tables; the connection `portal` is for the browsers' side and not needed here."""
        return Tables(self._warehouse())

    def read(self, client: Tables, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """Pages of what came since the cursor; no page where nothing did."""
        assert resource.changed is not None
        newest = datetime.fromisoformat(cursor["at"]) if cursor else None
        since = newest - _OVERLAP if newest else None
        last = 0
        while found := client.after(resource.path, resource.key, resource.changed, since, last):
            last = found[-1][resource.key]
            newest = max([row[resource.changed] for row in found] + ([newest] if newest else []))
            yield Page([_record(resource, row) for row in found], {"at": newest.isoformat()})

    def census(self, client: Tables, resource: Resource) -> Iterator[Page]:
        """Nothing: no row is ever changed or removed."""
        return iter(())


def _record(resource: Resource, row: dict[str, Any]) -> Record:
    payload = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()
    }
    assert resource.changed is not None
    return resource.record(payload, row[resource.changed])
