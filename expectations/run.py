"""Run the suites over the rows that one build wrote (or over all rows), and say what failed, by key.

A build costs what changed in it: models without a row of the build are passed over, and of the others
only its rows are read. Great Expectations takes seconds to import and about 10 ms a rule to run: it is
imported by the first run (expectations/gate.py), and a scheduler may import it once, ahead of its forks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from expectations.results import CheckResult, missing, nothing_to_check
from expectations.rows import count_rows
from expectations.rules import Suite
from expectations.suites import SUITES


def run(
    connection_url: str,
    build_id: int,
    run_id: str,
    full: bool = False,
    *,
    data_docs: Path | None = None,
    suites: Sequence[Suite] = SUITES,
) -> list[CheckResult]:
    """Every rule's result over the rows of the build; `full`: over all rows.

    connection_url is SQLAlchemy's (postgresql+psycopg://). A model that is missing, or a rule that cannot
    be evaluated, is a failure of the whole model, never an exception. `data_docs`: Great Expectations'
    own pages about this run are written to that folder.
    """
    only = None if full else build_id
    counts = count_rows(connection_url, suites, only)
    from expectations.gate import Gate  # here, for it takes seconds to import

    gate = Gate(connection_url, only)
    results: list[CheckResult] = []
    for suite in suites:
        rows = counts[suite.model]
        if isinstance(rows, str):
            results.append(missing(suite, rows))
        else:
            results.extend(gate.check(suite, rows) if rows else nothing_to_check(suite))
    if data_docs:
        gate.write_data_docs(data_docs, run_id)
    return results
