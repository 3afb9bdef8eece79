"""The gate's page about one run: what all its rounds of checks found, from sync.check_results."""

from __future__ import annotations

from pathlib import Path

from connections.warehouse import Warehouse, rows
from expectations import report
from expectations.results import CheckResult

# A rule that one of the run's rounds found broken is broken; the last such round's words and keys are shown.
_RESULTS = """
    select distinct on (model, expectation)
        suite, model, expectation, severity, success,
        sum(rows_checked) over rounds as rows_checked, rows_failed, failing_keys, message,
        min(place) over rounds as place, max(at) over () as at
    from (
        select *, row_number() over (order by at) as place from sync.check_results where run_id = %s
    ) as found
    window rounds as (partition by model, expectation)
    order by model, expectation, success, at desc
"""


def write(warehouse: Warehouse, run_id: str, reports: Path) -> Path | None:
    """The page is report/index.html in the folder, beside data_docs; None if nothing was checked."""
    found = sorted(rows(warehouse, _RESULTS, [run_id]), key=lambda row: int(row["place"]))
    if not found:
        return None
    results = [
        CheckResult(
            suite=row["suite"],
            model=row["model"],
            expectation=row["expectation"],
            severity=row["severity"],
            success=row["success"],
            rows_checked=int(row["rows_checked"] or 0),
            rows_failed=int(row["rows_failed"] or 0),
            failing_keys=list(row["failing_keys"]),
            message=row["message"],
        )
        for row in found
    ]
    has_docs = (reports / "data_docs" / "index.html").is_file()
    docs = "../data_docs/index.html" if has_docs else None
    return report.write(results, reports / "report", run_id=run_id, at=found[0]["at"], data_docs=docs)
