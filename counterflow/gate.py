"""The gate: what the expectations found becomes holds on the outbound rows that rest on it, and no others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from connections.connection import Connection
from connections.warehouse import Jsonb, Warehouse, session, sql
from counterflow import dbt, gate_page, systems
from counterflow.dbt import ModelResult
from expectations.results import CheckResult
from expectations.run import run as run_expectations


@dataclass(frozen=True)
class CheckSummary:
    """How many rules were checked and failed, by severity, and how many holds stand afterwards."""

    rules: int
    failed_critical: int
    failed_warning: int
    holds: int
    messages: tuple[str, ...] = ()


def check(warehouse_connection: Connection, run_id: str, *, full: bool = False) -> CheckSummary:
    """The rows of the last build are checked, the results stored, the holds renewed.

    full: all rows are, and dbt's own tests run too.
    """
    with session(warehouse_connection) as warehouse:
        row = warehouse.execute("select coalesce(max(build_id), 0) as build_id from sync.builds").fetchone()
    build_id = row["build_id"] if row else 0
    url = warehouse_connection.postgresql_url("postgresql+psycopg")
    results = run_expectations(url, build_id, run_id, full=full, data_docs=data_docs())
    if full:
        results += [_of_dbt(item) for item in dbt.test(warehouse_connection)]
    with session(warehouse_connection) as warehouse:
        _store(warehouse, run_id, results)
        holds = _renew_holds(warehouse, run_id, build_id, results, full)
        reports = os.environ.get("COUNTERFLOW_REPORTS")
        if reports:
            gate_page.write(warehouse, run_id, Path(reports))
    failed = [result for result in results if not result.success]
    return CheckSummary(
        rules=len(results),
        failed_critical=sum(result.severity == "critical" for result in failed),
        failed_warning=sum(result.severity == "warning" for result in failed),
        holds=holds,
        messages=tuple(
            f"{item.severity}: {item.model}: {item.expectation}: {item.message}" for item in failed
        ),
    )


def _of_dbt(item: ModelResult) -> CheckResult:
    """One of dbt's own tests, which hold nothing but are seen."""
    return CheckResult(
        "dbt", item.name, "dbt's test passes", "critical", item.is_good, 0, 0, [], item.message
    )


def data_docs() -> Path | None:
    """Where Great Expectations writes its pages: COUNTERFLOW_REPORTS/data_docs (None: nowhere)."""
    reports = os.environ.get("COUNTERFLOW_REPORTS")
    return Path(reports) / "data_docs" if reports else None


def _store(warehouse: Warehouse, run_id: str, results: Sequence[CheckResult]) -> None:
    with warehouse.cursor() as cursor:
        cursor.executemany(
            """
            insert into sync.check_results (
                run_id, suite, model, expectation, severity, success, rows_checked, rows_failed, failing_keys,
                message
            ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                [
                    run_id, item.suite, item.model, item.expectation, item.severity, item.success,
                    item.rows_checked, item.rows_failed, Jsonb(item.failing_keys[:1000]), item.message,
                ]
                for item in results
            ],
        )  # fmt: skip


def _renew_holds(
    warehouse: Warehouse, run_id: str, build_id: int, results: Sequence[CheckResult], full: bool
) -> int:
    """Rows that were checked lose their old holds and get those that this check found."""
    for loader in systems.LOADERS:
        warehouse.execute(
            sql.SQL(
                """
                delete from sync.holds where outbound_model = %(model)s and (
                    key is null or %(full)s
                    or key in (select write_key from {model} where build_id = %(build_id)s)
                )
                """
            ).format(model=sql.Identifier("outbound", loader.outbound_model)),
            {"model": loader.outbound_model, "build_id": build_id, "full": full},
        )
    for result in results:
        if not result.success and result.severity == "critical":
            for model in dbt.outbound_built_from(result.model):
                _hold(warehouse, run_id, model, result)
    row = warehouse.execute("select count(*) as holds from sync.holds").fetchone()
    return int(row["holds"]) if row else 0


# How a failing value of a column is found in an outbound model that has no such column.
_ROADS = {
    (
        "order_id",
        "sku",
    ): "select order_lines.sku from marts.order_lines as order_lines where order_id = any(%s)",
    (
        "order_id",
        "base_key",
    ): "select events.base_key from marts.ledger_events as events where order_id = any(%s)",
    (
        "event_id",
        "base_key",
    ): "select events.base_key from marts.ledger_events as events where event_id = any(%s)",
}


def _hold(warehouse: Warehouse, run_id: str, outbound_model: str, result: CheckResult) -> None:
    """The outbound rows that rest on the failing values; all, where those cannot be told apart."""
    reason = f"{result.model}: not so: {result.expectation}"
    column = "write_key" if result.model == outbound_model else result.held_by
    values = result.failing_keys if result.model == outbound_model else result.held_values
    columns = _columns(warehouse, outbound_model)
    if column in columns and values:
        _hold_rows(warehouse, outbound_model, column, "select unnest(%s::text[])", values, reason, run_id)
        return
    for (given, wanted), road in _ROADS.items():
        if column == given and wanted in columns and values:
            _hold_rows(warehouse, outbound_model, wanted, road, values, reason, run_id)
            return
    warehouse.execute(
        """
        insert into sync.holds (outbound_model, key, reason, run_id)
        values (%s, null, %s, %s) on conflict do nothing
        """,
        [outbound_model, reason, run_id],
    )


def _hold_rows(
    warehouse: Warehouse,
    outbound_model: str,
    column: str,
    wanted: LiteralString,
    values: Sequence[str],
    reason: str,
    run_id: str,
) -> None:
    """The rows whose column is among the wanted values (a query over the failing ones) are held."""
    query = """
        insert into sync.holds (outbound_model, key, reason, run_id)
        select %s, write_key, %s, %s from {model} where {column}::text in ({wanted})
        on conflict do nothing
    """
    names = {
        "model": sql.Identifier("outbound", outbound_model),
        "column": sql.Identifier(column),
        "wanted": sql.SQL(wanted),
    }
    warehouse.execute(sql.SQL(query).format(**names), [outbound_model, reason, run_id, list(values)])


def _columns(warehouse: Warehouse, outbound_model: str) -> set[str]:
    found = warehouse.execute(
        """
        select column_name from information_schema.columns
        where table_schema = 'outbound' and table_name = %s
        """,
        [outbound_model],
    )
    return {row["column_name"] for row in found}
