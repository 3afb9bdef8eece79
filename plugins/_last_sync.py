"""What the warehouse knows about one run, for the page: every figure as the tables have it now.

Lists are cut at MOST rows, newest or gravest first; the counts beside them are of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connections.warehouse import Warehouse, rows, session
from counterflow import reconcile
from counterflow.tree import amount

MOST = 100
RECENT = 12
GRAVITY = ("critical", "warning", "info")
Row = dict[str, Any]


@dataclass
class Sync:
    """One run and what is open now."""

    run_id: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    summary: Row
    time_zone: str = "UTC"
    resources: list[Row] = field(default_factory=list)
    models: Row = field(default_factory=dict)
    counts: list[Row] = field(default_factory=list)
    difference: str = "0.00"
    reconciled: list[Row] = field(default_factory=list)
    differing: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    written: list[Row] = field(default_factory=list)
    open_counts: list[Row] = field(default_factory=list)
    open_rows: list[Row] = field(default_factory=list)
    drifted: list[Row] = field(default_factory=list)
    quarantine_count: int = 0
    quarantine: list[Row] = field(default_factory=list)
    refused_records: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    checks_passed: int = 0
    checks_failed: list[Row] = field(default_factory=list)
    recent: list[Row] = field(default_factory=list)


def read(run_id: str | None) -> Sync | None:
    """The newest run, or the one of that id; None: there is none. Unavailable, Misconfigured."""
    with session() as warehouse:
        warehouse.execute("set transaction isolation level repeatable read read only")
        if not _exists(warehouse, "sync.runs"):
            return None
        found = rows(
            warehouse,
            """
            select run_id, status, started_at, finished_at, summary from sync.runs
            where run_id = coalesce(%s, (select run_id from sync.runs order by started_at desc limit 1))
            """,
            [run_id],
        )
        if not found:
            return None
        sync = Sync(**found[0])
        _read_run(warehouse, sync)
        _read_open(warehouse, sync)
        _read_proofs(warehouse, sync)
        return sync


def _read_run(warehouse: Warehouse, sync: Sync) -> None:
    given = [sync.run_id]
    zone = rows(warehouse, "select time_zone from settings.business limit 1")
    sync.time_zone = zone[0]["time_zone"] if zone else "UTC"
    sync.resources = rows(
        warehouse,
        """
        select system, resource, records_read, records_written, records_unchanged, records_deleted,
            records_refused, requests, extract(epoch from finished_at - started_at) as seconds, error
        from sync.extractions where run_id = %s order by (error is null), system, resource
        """,
        given,
    )
    builds = rows(
        warehouse,
        """
        select
            count(*) filter (where value = 'success') as built,
            coalesce(array_agg(key order by key) filter (where value <> 'success'), '{}') as failed
        from (
            select distinct on (result.key) result.key, result.value
            from sync.builds, jsonb_each_text(results) as result
            where run_id = %s order by result.key, build_id desc
        ) as newest
        """,
        given,
    )
    sync.models = builds[0]
    sync.written = rows(
        warehouse,
        """
        select system, thing, status, count(*) as rows from sync.writes
        where run_id = %s group by system, thing, status order by system, thing, status
        """,
        given,
    )
    # A later round checks other rows: that it found nothing does not undo what an earlier one found.
    checks = rows(
        warehouse,
        """
        select distinct on (suite, model, expectation)
            suite, model, expectation, severity, success, rows_checked, rows_failed, message
        from sync.check_results where run_id = %s order by suite, model, expectation, success, at desc
        """,
        given,
    )
    sync.checks_passed = sum(check["success"] for check in checks)
    failed = [check for check in checks if not check["success"]]
    sync.checks_failed = sorted(failed, key=lambda check: GRAVITY.index(check["severity"]))
    sync.recent = rows(
        warehouse,
        "select run_id, status, started_at, finished_at from sync.runs order by started_at desc limit %s",
        [RECENT],
    )


def _read_open(warehouse: Warehouse, sync: Sync) -> None:
    """What waits for a source, a check or a person, whichever run left it."""
    given = [MOST]
    sync.open_counts = rows(
        warehouse,
        """
        select system, thing, status, count(*) as rows from sync.writes
        where status in ('refused', 'unknown', 'sent', 'held') group by system, thing, status
        order by system, thing, status
        """,
    )
    sync.open_rows = rows(
        warehouse,
        """
        select system, thing, key, status, reason_class, reason, attempts, planned_at from sync.writes
        where status in ('refused', 'unknown', 'sent', 'held')
        order by array_position(array['refused', 'unknown', 'sent', 'held'], status), write_id limit %s
        """,
        given,
    )
    sync.drifted = rows(
        warehouse,
        """
        select system, thing, key, drift from sync.writes
        where drift is not null and is_current order by write_id desc limit %s
        """,
        given,
    )
    sync.refused_records = rows(
        warehouse,
        """
        select system, resource, key, reason, first_seen_at from sync.refused_records
        where resolved_at is null order by last_seen_at desc limit %s
        """,
        given,
    )
    sync.holds = rows(
        warehouse,
        """
        select outbound_model, reason, count(*) as rows, bool_or(key is null) as is_whole, min(since) as since
        from sync.holds group by outbound_model, reason order by rows desc limit %s
        """,
        given,
    )


def _read_proofs(warehouse: Warehouse, sync: Sync) -> None:
    """The marts that prove the figures; each is passed over until dbt has built it."""
    given = [MOST]
    if _exists(warehouse, "marts.reconciliation_counts"):
        sync.counts = rows(
            warehouse,
            """
            select stage, entity, records_in, records_out, quarantined, difference
            from marts.reconciliation_counts order by (difference = 0), stage, entity
            """,
        )
    if reconcile.is_built(warehouse):
        found = reconcile.read(warehouse)
        sync.difference = amount(found.difference)
        sync.reconciled = [_by_unit(row, "open_amount", "difference") for row in found.summary]
        items = [_by_unit(item, "difference") for item in found.items]
        # totals last: they only say again what an item before them says
        items.sort(key=lambda item: item["subject"] in reconcile.TOTALS)
        sync.differing = [item for item in items if item["state"] == "differs"]
        sync.waiting = [item for item in items if item["state"] == "open"]
    if _exists(warehouse, "marts.quarantine"):
        sync.quarantine_count = rows(warehouse, "select count(*) as n from marts.quarantine")[0]["n"]
        sync.quarantine = rows(
            warehouse,
            """
            select entity, record_key, order_id, reason from marts.quarantine
            order by build_id desc, entity, record_key limit %s
            """,
            given,
        )


def _exists(warehouse: Warehouse, table: str) -> bool:
    return bool(rows(warehouse, "select to_regclass(%s) is not null as it_is", [table])[0]["it_is"])


def _by_unit(row: Mapping[str, Any], *names: str) -> Row:
    """The row with these amounts as text, money to the cent and anything else with its unit."""
    return {**row, **{name: reconcile.shown(row[name], row["unit"]) for name in names}}
