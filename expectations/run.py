"""Run the suites over the rows that one build wrote (or over all rows), and say what failed, by key.

A build costs what changed in it: models without a row of the build are passed over, and of the others
only its rows are read, into a temporary table. Great Expectations takes seconds of CPU to import and
about 10 ms a rule to run: it is imported when the gate runs, not before; a scheduler imports it once
ahead of its forks.

Great Expectations keeps at most 20 failing rows; the keys of all of them are asked for with the query
it gives for that.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from expectations.rules import Rule, Severity, Suite
from expectations.suites import SUITES

MAX_KEYS = 10_000
"""Beyond so many failing rows the keys are left out, and the failure stands for the model as a whole."""


@dataclass(frozen=True)
class CheckResult:
    """What one rule found. `failing_keys` is empty where no row, or too many rows, can be named.

    `held_by` and `held_values` say the same for what depends on those rows: the column to look for in
    the outbound models, and its values. Both empty with `success` False: all that depends on the model.
    """

    suite: str
    model: str
    expectation: str
    severity: Severity
    success: bool
    rows_checked: int
    rows_failed: int
    failing_keys: list[str] = field(default_factory=list)
    message: str = ""
    held_by: str | None = None
    held_values: list[str] = field(default_factory=list)


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
    be evaluated, is a failure of the whole model, never an exception. `data_docs`: Great Expectations' own
    pages are written to that folder too.
    """
    engine = sa.create_engine(connection_url, poolclass=sa.NullPool)
    counts = _count_rows(engine, suites, None if full else build_id)
    from expectations.gate import Gate  # here, because it takes seconds to import

    gate = Gate(connection_url, None if full else build_id)
    results: list[CheckResult] = []
    for suite in suites:
        rows = counts[suite.model]
        if rows is None:
            results.append(_missing(suite))
        elif rows == 0:
            results.extend(_nothing_to_check(suite))
        else:
            results.extend(gate.check(suite, rows))
    if data_docs:
        gate.write_data_docs(data_docs, run_id)
    return results
