"""The warehouse: PostgreSQL 16 or newer. Connections, migrations, landing, and the build barrier.

Change numbers. Every row of `raw` and of `sync.writes` carries a `version` from one sequence. A
transaction takes its numbers under a shared advisory lock that it holds until it commits; a build
takes the same lock exclusively for an instant (`begin_build`). So every number up to the build's
watermark is committed, and "version > watermark of the last build" misses nothing and repeats
nothing, whatever committed late.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable

Warehouse: TypeAlias = psycopg.Connection[DictRow]
Cursor: TypeAlias = psycopg.Cursor[DictRow]

# What the floors above need of the driver to write a statement.
__all__ = ["Cursor", "DictRow", "Jsonb", "Warehouse", "connect", "migrate", "rows", "session", "sql"]

SCHEMA_DIR = Path(__file__).parent / "schema"
MINIMUM_VERSION = 160000  # pg_input_is_valid(), which staging's casts rest on
_CHANGE_LOCK = 0x43465F01
_MIGRATION_LOCK = 0x43465F02


def connect(connection: Connection | None = None, *, role: str | None = None) -> Warehouse:
    """An open connection (transactions by hand, rows as dicts, UTC). Unavailable, Misconfigured.

    `role`: with that role's rights instead of the sign-in's own.
    """
    connection = connection or Connection.from_env("warehouse")
    try:
        return psycopg.connect(
            host=connection.host,
            port=connection.port or 5432,
            user=connection.login,
            password=connection.password,
            dbname=connection.database,
            row_factory=dict_row,
            connect_timeout=10,
            options="-c TimeZone=UTC" + (f" -c role={role}" if role else ""),
            application_name="counterflow",
        )
    except psycopg.OperationalError as error:
        where = f"PostgreSQL at {connection.host}:{connection.port or 5432}"
        if role and f'"{role}"' in str(error):
            raise Misconfigured(
                f"the warehouse has no role {role}, or does not lend it to this sign-in",
                where=where,
                remedy="Make it as deploy/roles.sh does, then run counterflow staff add",
            ) from None
        if "authentication failed" in str(error) or "does not exist" in str(error):
            raise Misconfigured(
                "the warehouse refuses the sign-in", where=where, remedy="Check AIRFLOW_CONN_WAREHOUSE"
            ) from None
        raise Unavailable("the warehouse does not answer", where=where) from None


@contextmanager
def session(connection: Connection | None = None, *, role: str | None = None) -> Iterator[Warehouse]:
    """A connection that commits at the end, rolls back on an error, and is closed."""
    with connect(connection, role=role) as warehouse:
        yield warehouse


def migrate(connection: Connection | None = None) -> list[str]:
    """All numbered files of schema/ are applied, each once, in order; the names of the new ones.

    Two at once wait for each other. Misconfigured: the server is older than 16.
    """
    applied = []
    with session(connection) as warehouse:
        if warehouse.info.server_version < MINIMUM_VERSION:
            raise Misconfigured(
                f"PostgreSQL {warehouse.info.server_version // 10000} is too old",
                where="the warehouse",
                remedy="Use PostgreSQL 16 or newer",
            )
        warehouse.execute("select pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
        warehouse.execute("create schema if not exists sync")
        warehouse.execute(
            "create table if not exists sync.migrations "
            "(name text primary key, applied_at timestamptz not null default now())"
        )
        done = {row["name"] for row in warehouse.execute("select name from sync.migrations")}
        for file in sorted(SCHEMA_DIR.glob("[0-9]*.sql")):
            if file.name not in done:
                warehouse.execute(file.read_bytes())
                warehouse.execute("insert into sync.migrations (name) values (%s)", [file.name])
                applied.append(file.name)
    return applied


def raw_table(system: str, resource: str) -> str:
    """The name, inside schema raw, of the table a resource lands in."""
    return f"{system}__{resource}"


def ensure_raw_tables(warehouse: Warehouse, system: str, resources: list[str]) -> None:
    """The raw table and its history exist for each resource."""
    template = (SCHEMA_DIR / "raw_table.sql").read_text()
    for resource in resources:
        table = raw_table(system, resource)
        names = {
            "table": table,
            "history": f"{table}__history",
            "version_index": f"{table}__version",
            "history_index": f"{table}__history_key",
        }
        identifiers = {name: sql.Identifier(value) for name, value in names.items()}
        warehouse.execute(sql.SQL(template).format(**identifiers))


def take_change_numbers(warehouse: Warehouse) -> None:
    """This transaction may now take change numbers; a build that starts waits for its end."""
    warehouse.execute("select pg_advisory_xact_lock_shared(%s)", [_CHANGE_LOCK])


def begin_build(warehouse: Warehouse, run_id: str, *, is_whole: bool = True) -> dict[str, int]:
    """A new row of sync.builds: its build_id, and since_version, since_build of the last good whole one.

    Everything with a version up to the new build's `version_until` is committed and visible.
    """
    warehouse.execute("select pg_advisory_xact_lock(%s)", [_CHANGE_LOCK])
    row = warehouse.execute(
        """
        with last_good as (
            -- not one that another build, which did not succeed, may have overtaken
            select build_id, version_until from sync.builds as good
            where is_whole and status = 'succeeded' and not exists (
                select from sync.builds as other
                where other.is_whole and other.status <> 'succeeded' and other.build_id < good.build_id
                    and coalesce(other.finished_at, other.started_at + interval '6 hours') > good.started_at
            )
            order by build_id desc limit 1
        )
        insert into sync.builds (run_id, is_whole, version_until, since_build, since_version)
        select
            %s,
            %s,
            (select case when is_called then last_value else 0 end from sync.change_number),
            coalesce((select build_id from last_good), 0),
            coalesce((select version_until from last_good), -1)
        returning build_id, since_build, since_version
        """,
        [run_id, is_whole],
    ).fetchone()
    warehouse.commit()
    assert row is not None
    return dict(row)


def forget_builds(warehouse: Warehouse) -> None:
    """The next build looks at everything: what the earlier ones rest on (settings, models) has changed."""
    warehouse.execute("update sync.builds set is_whole = false where is_whole")


def finish_build(warehouse: Warehouse, build_id: int, *, succeeded: bool) -> None:
    """The build's outcome is recorded; a later build starts from the last one that succeeded."""
    warehouse.execute(
        "update sync.builds set status = %s, finished_at = now() where build_id = %s",
        ["succeeded" if succeeded else "failed", build_id],
    )
    warehouse.commit()


@contextmanager
def exclusive(warehouse: Warehouse, name: str) -> Iterator[None]:
    """Nobody else is inside a block of this name; it ends by itself when the connection does."""
    number = int.from_bytes(
        hashlib.md5(name.encode(), usedforsecurity=False).digest()[:8], "big", signed=True
    )
    warehouse.execute("select pg_advisory_lock(%s)", [number])
    warehouse.commit()
    try:
        yield
    finally:
        if not warehouse.closed and not warehouse.broken:
            warehouse.rollback()
            warehouse.execute("select pg_advisory_unlock(%s)", [number])
            warehouse.commit()


def rows(warehouse: Warehouse, query: str, parameters: list[Any] | None = None) -> list[DictRow]:
    """All rows of a query, as dicts."""
    return warehouse.execute(query.encode(), parameters).fetchall()
