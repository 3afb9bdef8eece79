"""Landing: records become rows of `raw` by COPY and one set-based merge.

A payload that is already there (same hash) writes nothing. One that changed moves its predecessor
to the history table in the same statement. Rows and the cursor that covers them move in the
caller's transaction.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from psycopg import sql
from psycopg.types.json import Jsonb

from connections.warehouse import Warehouse, raw_table, take_change_numbers


@dataclass(frozen=True)
class Record:
    """One record as the system gave it. key None: it had none, and will be refused.

    `changed_at` is the system's own time of change (None: it has none).
    """

    key: str | None
    payload: Any
    changed_at: datetime | None = None
    problem: str | None = None


@dataclass
class Landed:
    """What became of the records: read = written + unchanged + refused (repeats count as unchanged)."""

    read: int = 0
    written: int = 0
    unchanged: int = 0
    refused: int = 0
    deleted: int = 0

    def add(self, other: Landed) -> None:
        """The other's counts are added to these."""
        for name in ("read", "written", "unchanged", "refused", "deleted"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def encode(payload: Any) -> bytes:
    """The payload as JSON that PostgreSQL's jsonb takes: NUL and lone surrogates become U+FFFD."""
    try:
        text = orjson.dumps(payload)
    except (orjson.JSONEncodeError, TypeError):
        # a lone surrogate, or an integer beyond 64 bits
        text = json.dumps(_cleaned(payload), ensure_ascii=False).encode()
    if b"\\u0000" in text:
        text = orjson.dumps(_cleaned(orjson.loads(text)))
    return text


def land(warehouse: Warehouse, system: str, resource: str, records: Sequence[Record], run_id: str) -> Landed:
    """The records are in raw.<system>__<resource>, in the caller's open transaction.

    A record older than the one that is there (by changed_at) is not written: two readers may
    overlap. Of two records with one key the later in the sequence counts.
    """
    good = [record for record in records if record.key is not None and record.problem is None]
    bad = [record for record in records if record.key is None or record.problem is not None]
    for record in bad:
        _refuse(warehouse, system, resource, record, run_id)
    counts = Landed(read=len(records), refused=len(bad))
    if not good:
        return counts
    take_change_numbers(warehouse)
    table = raw_table(system, resource)
    _copy(warehouse, good)
    row = warehouse.execute(
        sql.SQL(_MERGE).format(
            table=sql.Identifier("raw", table), history=sql.Identifier("raw", f"{table}__history")
        ),
        {"run_id": run_id},
    ).fetchone()
    warehouse.execute(_RESOLVE, {"system": system, "resource": resource})
    warehouse.execute("drop table landing")
    assert row is not None
    counts.written = row["written"]
    counts.unchanged = len(good) - counts.written
    return counts


_MERGE = """
with latest as (
    select distinct on (key) key, payload, payload_hash, changed_at
    from landing order by key, position desc
),
changed as (
    select latest.* from latest
    left join {table} as present using (key)
    where present.key is null or (
        (present.payload_hash <> latest.payload_hash or present.deleted_at is not null)
        and coalesce(latest.changed_at >= present.changed_at, true)
    )
),
archived as (
    insert into {history} (key, payload, payload_hash, changed_at, extracted_at, run_id, deleted_at, version)
    select present.key, present.payload, present.payload_hash, present.changed_at, present.extracted_at,
        present.run_id, present.deleted_at, present.version
    from {table} as present inner join changed using (key)
),
written as (
    insert into {table} (key, payload, payload_hash, changed_at, extracted_at, run_id)
    select key, payload, payload_hash, changed_at, clock_timestamp(), %(run_id)s from changed
    on conflict (key) do update set
        payload = excluded.payload, payload_hash = excluded.payload_hash, changed_at = excluded.changed_at,
        extracted_at = excluded.extracted_at, run_id = excluded.run_id, deleted_at = null,
        version = nextval('sync.change_number')
    returning 1
)
select count(*) as written from written
"""

_RESOLVE = """
update sync.refused_records as refused
set resolved_at = now(), resolution = 'the source gave it right'
from landing
where refused.system = %(system)s and refused.resource = %(resource)s
    and refused.resolved_at is null and refused.key = landing.key
"""


def _copy(warehouse: Warehouse, records: Iterable[Record]) -> None:
    warehouse.execute(
        "create temporary table landing (position bigint, key text, payload jsonb, payload_hash text, "
        "changed_at timestamptz) on commit drop"
    )
    with warehouse.cursor().copy("copy landing from stdin") as copy:
        for position, record in enumerate(records):
            payload = encode(record.payload)
            digest = hashlib.md5(payload, usedforsecurity=False).hexdigest()
            changed_at = record.changed_at.isoformat() if record.changed_at else "\\N"
            key = _escaped(str(record.key).replace("\0", "\ufffd").encode("utf-8", "replace"))
            line = b"%d\t%b\t%b\t%b\t%b\n"
            copy.write(line % (position, key, _escaped(payload), digest.encode(), changed_at.encode()))
    warehouse.execute("analyze landing")


def _escaped(text: bytes) -> bytes:
    """Text for COPY's text format, in which a backslash, tab and newline have a meaning."""
    text = text.replace(b"\\", b"\\\\")
    return text.replace(b"\t", b"\\t").replace(b"\n", b"\\n").replace(b"\r", b"\\r")


def _refuse(warehouse: Warehouse, system: str, resource: str, record: Record, run_id: str) -> None:
    payload = encode(record.payload)
    digest = hashlib.md5(payload, usedforsecurity=False).hexdigest()
    reason = record.problem or "it has no key"
    warehouse.execute(
        """
        insert into sync.refused_records (system, resource, key, payload_hash, payload, reason, run_id)
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict (system, resource, payload_hash) do update
        set last_seen_at = now(), run_id = excluded.run_id, resolved_at = null, resolution = null
        """,
        [system, resource, record.key, digest, Jsonb(orjson.loads(payload)), reason, run_id],
    )


def resolve_refused(warehouse: Warehouse, system: str, resource: str, keys_begin_with: str) -> None:
    """What was refused under such keys is resolved: the source gives it anew, or has it no more."""
    warehouse.execute(
        """
        update sync.refused_records set resolved_at = now(), resolution = 'the source was read anew'
        where system = %s and resource = %s and resolved_at is null and starts_with(key, %s)
        """,
        [system, resource, keys_begin_with],
    )


def mark_deleted(
    warehouse: Warehouse, system: str, resource: str, present_keys: Sequence[str], *, scope: str | None = None
) -> int:
    """Rows whose key the source no longer has carry deleted_at; their predecessors are history.

    `scope` limits it to keys that begin with that text. Returns how many were marked.
    """
    table = raw_table(system, resource)
    names = {"table": sql.Identifier("raw", table), "history": sql.Identifier("raw", f"{table}__history")}
    take_change_numbers(warehouse)
    warehouse.execute("create temporary table present_keys (key text primary key) on commit drop")
    with warehouse.cursor().copy("copy present_keys from stdin") as copy:
        for key in set(present_keys):
            copy.write_row([key])
    row = warehouse.execute(
        sql.SQL(_MARK_DELETED).format(**names), {"scope": scope, "now": datetime.now(UTC)}
    ).fetchone()
    warehouse.execute("drop table present_keys")
    assert row is not None
    return int(row["deleted"])


_MARK_DELETED = """
with gone as (
    select * from {table} as present
    where present.deleted_at is null
    and (%(scope)s::text is null or starts_with(present.key, %(scope)s))
    and not exists (select from present_keys where present_keys.key = present.key)
),
archived as (
    insert into {history} (key, payload, payload_hash, changed_at, extracted_at, run_id, deleted_at, version)
    select key, payload, payload_hash, changed_at, extracted_at, run_id, deleted_at, version from gone
),
marked as (
    update {table} as present
    set deleted_at = %(now)s, version = nextval('sync.change_number')
    from gone where present.key = gone.key
    returning 1
)
select count(*) as deleted from marked
"""


def live_count(warehouse: Warehouse, system: str, resource: str) -> int:
    """How many records of the resource are there and not deleted."""
    table = sql.Identifier("raw", raw_table(system, resource))
    row = warehouse.execute(
        sql.SQL("select count(*) as live from {} where deleted_at is null").format(table)
    ).fetchone()
    assert row is not None
    return int(row["live"])


_UNHOLDABLE = re.compile("[\0\ud800-\udfff]")


def _cleaned(value: Any) -> Any:
    """The value with U+FFFD for each NUL and lone surrogate, which jsonb cannot hold."""
    if isinstance(value, str):
        return _UNHOLDABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value
