"""What a run did, and what is left for a person: the figures of sync.runs, the UI's view and the demo."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connections.warehouse import Warehouse, rows
from counterflow.reconcile import reconciliation_difference


@dataclass
class RunSummary:
    """status: green (nothing open), amber (rows held or in quarantine, with reasons), red (alarms)."""

    run_id: str
    status: str = "green"
    alarms: list[str] = field(default_factory=list)
    extracted: list[dict[str, Any]] = field(default_factory=list)
    models_built: int = 0
    checks_failed: list[dict[str, Any]] = field(default_factory=list)
    writes: dict[str, dict[str, int]] = field(default_factory=dict)
    open_writes: list[dict[str, Any]] = field(default_factory=list)
    quarantined: int = 0
    refused_records: int = 0
    bounced_mails: int = 0
    difference: Decimal = Decimal("0.00")

    def as_json(self) -> dict[str, Any]:
        """The same with amounts as text."""
        return {**dataclasses.asdict(self), "difference": str(self.difference)}


def gather(warehouse: Warehouse, run_id: str) -> RunSummary:
    """The run's summary as the warehouse has it now."""
    summary = RunSummary(run_id)
    summary.extracted = _plain(
        rows(
            warehouse,
            """
            select system, resource, records_read, records_written, records_unchanged, records_deleted,
                records_refused, requests, error
            from sync.extractions where run_id = %s order by system, resource
            """,
            [run_id],
        )
    )
    summary.models_built = _models_built(warehouse, run_id)
    summary.checks_failed = _plain(
        rows(
            warehouse,
            """
            select suite, model, expectation, severity, rows_failed, message from sync.check_results
            where run_id = %s and not success order by severity, model
            """,
            [run_id],
        )
    )
    _count_writes(warehouse, summary)
    summary.quarantined = _number(
        warehouse, "marts", "quarantine", "select count(*) as n from marts.quarantine"
    )
    summary.refused_records = _number(
        warehouse,
        "sync",
        "refused_records",
        "select count(*) as n from sync.refused_records where resolved_at is null",
    )
    summary.bounced_mails = _number(
        warehouse,
        "marts",
        "messages",
        # what came back longer ago was seen by now
        "select count(*) as n from marts.messages where bounced_at > now() - interval '7 days'",
    )
    summary.difference = reconciliation_difference(warehouse)
    _judge(warehouse, summary)
    return summary


def _count_writes(warehouse: Warehouse, summary: RunSummary) -> None:
    for row in rows(
        warehouse,
        "select thing, status, count(*) as n from sync.writes where run_id = %s group by thing, status",
        [summary.run_id],
    ):
        summary.writes.setdefault(row["thing"], {})[row["status"]] = int(row["n"])
    summary.open_writes = _plain(
        rows(
            warehouse,
            """
            select system, thing, key, status, reason_class, reason from sync.writes
            where status in ('held', 'unknown', 'refused', 'sent')
            order by status desc, write_id limit 200
            """,
        )
    )


def _judge(warehouse: Warehouse, summary: RunSummary) -> None:
    for item in summary.extracted:
        if item["error"]:
            summary.alarms.append(f"{item['system']} {item['resource']} was not read: {item['error']}")
    for row in rows(
        warehouse,
        """
        select thing, status, count(*) as n from sync.writes
        where status in ('refused', 'unknown', 'sent') group by thing, status
        """,
    ):
        summary.alarms.append(f"{row['n']} {row['thing']} rows are {row['status']}")
    drifted = rows(warehouse, "select count(*) as n from sync.writes where drift is not null and is_current")
    if drifted[0]["n"]:
        summary.alarms.append(f"{drifted[0]['n']} written rows were read back different")
    builds = rows(
        warehouse,
        "select status from sync.builds where run_id = %s order by build_id desc limit 1",
        [summary.run_id],
    )
    if builds and builds[0]["status"] != "succeeded":
        summary.alarms.append("the build did not succeed")
    if summary.difference:
        summary.alarms.append(f"the reconciliation is off by {summary.difference}")
    held = any(item["status"] == "held" for item in summary.open_writes)
    failed = any(item["severity"] != "info" for item in summary.checks_failed)
    if summary.alarms:
        summary.status = "red"
    elif held or summary.quarantined or summary.refused_records or summary.bounced_mails or failed:
        summary.status = "amber"


def _models_built(warehouse: Warehouse, run_id: str) -> int:
    found = rows(
        warehouse,
        """
        select count(*) as n from sync.builds, jsonb_each_text(results) as result
        where run_id = %s and result.value = 'success'
        """,
        [run_id],
    )
    return int(found[0]["n"])


def _number(warehouse: Warehouse, schema: str, table: str, query: str) -> int:
    return int(rows(warehouse, query)[0]["n"]) if _exists(warehouse, schema, table) else 0


def _exists(warehouse: Warehouse, schema: str, table: str) -> bool:
    found = rows(warehouse, "select to_regclass(%s) is not null as it_is", [f"{schema}.{table}"])
    return bool(found[0]["it_is"])


def _plain(found: list[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in found]
