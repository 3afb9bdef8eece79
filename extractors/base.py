"""The engine every extractor runs on: pages of records in, rows of `raw` and a moved cursor out.

An extractor declares its resources as data and yields pages. Each page's rows and the cursor that
covers them are one transaction: a crash anywhere repeats work, and loses or doubles nothing. Two
readers of one resource wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.landing import Landed, Record, land, live_count, mark_deleted, resolve_refused
from connections.warehouse import Jsonb, Warehouse, connect, exclusive

Position = Mapping[str, Any]  # how far a resource is read: what its extractor needs to go on

# A whole reading that finds less than this share of what is here is an accident, not a clear-out.
SMALLEST_SHARE = 0.8
_FEW = 20


@dataclass(frozen=True)
class Resource:
    """Something to read, and the raw table it lands in.

    `key` and `changed` are field names of a record (changed None: it has no time of change).
    `table` is the raw table's resource name, where it differs. `options` are for its own extractor.
    """

    name: str
    path: str
    key: str = "id"
    changed: str | None = None
    table: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lands_in(self) -> str:
        """The resource part of the raw table's name."""
        return self.table or self.name

    def record(self, payload: Any, changed_at: datetime | None = None) -> Record:
        """A payload as a record; one that is no object or has no key is marked, to be refused."""
        if not isinstance(payload, dict):
            return Record(None, payload, problem=f"it is not an object but {type(payload).__name__}")
        key = payload.get(self.key)
        if isinstance(key, bool) or not isinstance(key, int | str) or key == "":
            return Record(None, payload, problem=f"its key field {self.key} is missing or of a wrong type")
        return Record(str(key), payload, changed_at)


@dataclass(frozen=True)
class Page:
    """Records, and the cursor that covers them and all before (None: does not move yet).

    `all_keys`: the source's whole set of keys (of those that begin with `scope`), after a whole
    reading; rows that are not among them were deleted there. `reread`: what was refused under a key that
    begins with it was read anew; what is still wrong is among the records.
    """

    records: Sequence[Record] = ()
    cursor: Position | None = None
    all_keys: Sequence[str] | None = None
    scope: str | None = None
    reread: str | None = None


class Extractor(Protocol):
    """How one system is read."""

    system: str
    resources: tuple[Resource, ...]

    def open(self, connection: Connection) -> Any:
        """A client of the system, usable in a with block, with a count of its requests."""

    def read(self, client: Any, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """Pages from the cursor on (None: from the beginning of time)."""

    def census(self, client: Any, resource: Resource) -> Iterator[Page]:
        """Pages that find what no cursor can: deletions, and changes without a trace."""


@dataclass
class ResourceCount:
    """What one resource gave in one run; error None: it was read to its end."""

    system: str
    resource: str
    counts: Landed
    requests: int = 0
    error: str | None = None
    seconds: float = 0.0


def extract(
    extractor: Extractor,
    connection: Connection,
    warehouse_connection: Connection,
    run_id: str,
    *,
    only: Sequence[str] = (),
    census: bool = False,
) -> list[ResourceCount]:
    """Every resource (or those named) is read as far as it goes and landed; what each gave.

    A resource the system refuses is recorded and the others go on; then the first such error is
    raised. Unavailable and Misconfigured end the reading at once: they concern the whole system.
    """
    results: list[ResourceCount] = []
    refused: CounterflowError | None = None
    with extractor.open(connection) as client, connect(warehouse_connection) as warehouse:
        for resource in extractor.resources:
            if only and resource.name not in only:
                continue
            result = ResourceCount(extractor.system, resource.name, Landed())
            results.append(result)
            started_at, requests = datetime.now(UTC), client.requests
            try:
                _extract_resource(extractor, client, warehouse, resource, run_id, result.counts, census)
            except CounterflowError as error:
                result.error = str(error)
                if not isinstance(error, Rejected):
                    raise
                refused = refused or error
            finally:
                result.requests = client.requests - requests
                result.seconds = (datetime.now(UTC) - started_at).total_seconds()
                _record(warehouse, result, run_id, started_at)
    if refused:
        raise refused
    return results


def _extract_resource(
    extractor: Extractor,
    client: Any,
    warehouse: Warehouse,
    resource: Resource,
    run_id: str,
    counts: Landed,
    census: bool,
) -> None:
    with exclusive(warehouse, f"extract {extractor.system} {resource.lands_in}"):
        if census:
            pages = extractor.census(client, resource)
        else:
            pages = extractor.read(client, resource, _cursor(warehouse, extractor.system, resource.name))
        for page in pages:
            with warehouse.transaction():
                if page.reread is not None:
                    resolve_refused(warehouse, extractor.system, resource.lands_in, page.reread)
                counts.add(land(warehouse, extractor.system, resource.lands_in, page.records, run_id))
                if page.all_keys is not None:
                    counts.deleted += _delete_absent(warehouse, extractor.system, resource, page)
                if page.cursor is not None and not census:
                    _move_cursor(warehouse, extractor.system, resource.name, page.cursor, run_id)


def _delete_absent(warehouse: Warehouse, system: str, resource: Resource, page: Page) -> int:
    assert page.all_keys is not None
    if page.scope is None:
        live, found = live_count(warehouse, system, resource.lands_in), len(set(page.all_keys))
        if live - found > _FEW and found < live * SMALLEST_SHARE:
            raise Rejected(
                f"only {found} of {live} known records were found; none is marked as deleted",
                where=f"{system}: {resource.name}",
                remedy="Check the key's rights; if so many were truly deleted, see the runbook",
            )
    return mark_deleted(warehouse, system, resource.lands_in, page.all_keys, scope=page.scope)


def _cursor(warehouse: Warehouse, system: str, resource: str) -> Position | None:
    row = warehouse.execute(
        "select cursor from sync.cursors where system = %s and resource = %s", [system, resource]
    ).fetchone()
    warehouse.commit()
    return row["cursor"] if row else None


def _move_cursor(warehouse: Warehouse, system: str, resource: str, cursor: Position, run_id: str) -> None:
    warehouse.execute(
        """
        insert into sync.cursors (system, resource, cursor, run_id) values (%s, %s, %s, %s)
        on conflict (system, resource) do update
        set cursor = excluded.cursor, run_id = excluded.run_id, moved_at = now()
        """,
        [system, resource, Jsonb(dict(cursor)), run_id],
    )


def _record(warehouse: Warehouse, result: ResourceCount, run_id: str, started_at: datetime) -> None:
    """The run's counts of this resource; a repeated task adds to what its first try had landed."""
    counts = result.counts
    with warehouse.transaction():
        warehouse.execute(
            """
            insert into sync.extractions as earlier (
                run_id, system, resource, started_at, finished_at, records_read, records_written,
                records_unchanged, records_deleted, records_refused, requests, error
            ) values (%s, %s, %s, %s, now(), %s, %s, %s, %s, %s, %s, %s)
            on conflict (run_id, system, resource) do update set
                finished_at = excluded.finished_at,
                records_read = earlier.records_read + excluded.records_read,
                records_written = earlier.records_written + excluded.records_written,
                records_unchanged = earlier.records_unchanged + excluded.records_unchanged,
                records_deleted = earlier.records_deleted + excluded.records_deleted,
                records_refused = earlier.records_refused + excluded.records_refused,
                requests = earlier.requests + excluded.requests,
                error = excluded.error
            """,
            [
                run_id, result.system, result.resource, started_at, counts.read, counts.written,
                counts.unchanged, counts.deleted, counts.refused, result.requests, result.error,
            ],
        )  # fmt: skip
