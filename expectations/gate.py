"""Great Expectations, held at arm's length: a suite of ours in, results of ours out.

Importing this module imports Great Expectations, which takes seconds. It keeps at most 20 failing rows of
a rule; the keys of all of them come from the query it gives for that, up to MAX_KEYS.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from expectations.results import CheckResult, broken, failed, passed
from expectations.rows import rows_of
from expectations.rules import Layer, Rule, Suite

MAX_KEYS = 10_000
"""Beyond so many failing rows they are not named, and the failure stands for the model as a whole."""

# The rows themselves: not for the pages, and slow to write (30 ms for each Decimal, measured with 1.24).
_ROWS_IN_RESULT = (
    *("unexpected_list", "unexpected_index_list", "unexpected_index_query"),
    *("partial_unexpected_list", "partial_unexpected_index_list", "partial_unexpected_counts", "details"),
)


class Gate:
    """One run's checks over the rows of one build (None: over all rows).

    The rows of a build are copied into a temporary table, which all rules of a suite then read; with all
    rows, the model itself is read.
    """

    def __init__(self, connection_url: str, build_id: int | None) -> None:
        self._build_id = build_id
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        self._sources = {
            layer: self._context.data_sources.add_postgres(
                layer,
                connection_string=f"{connection_url}?options=-csearch_path%3D{layer}",
                create_temp_table=build_id is not None,
            )
            for layer in get_args(Layer)
        }
        self._validations: list[tuple[Suite, Any, Any]] = []

    def check(self, suite: Suite, rows: int) -> Iterator[CheckResult]:
        """What each rule of the suite found in the model's rows, of which there are so many."""
        batch = self._batch(suite)
        columns = [*suite.key, *([suite.holds] if suite.holds else [])]
        validation = batch.validate(
            gx.ExpectationSuite(
                f"{suite.layer}.{suite.model}",
                expectations=[_configuration(number, rule) for number, rule in enumerate(suite.rules)],
            ),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": columns},
        )
        self._validations.append((suite, batch, validation))
        found = {result.expectation_config.meta["rule"]: result for result in validation.results}
        for number, rule in enumerate(suite.rules):
            yield self._result(suite, rule, rows, batch, found[number])

    def write_data_docs(self, folder: Path, run_id: str) -> Path:
        """Great Expectations' own pages about this run are in the folder, in place of an earlier run's.

        A run's first round looks at all that the run read; later ones at the few rows that its own writes
        changed. The pages stay those of the first.
        """
        page, marker = folder / "index.html", folder / "run_id"
        if marker.is_file() and marker.read_text() == run_id:
            return page
        shutil.rmtree(folder, ignore_errors=True)
        run = RunIdentifier(run_name=run_id, run_time=datetime.now(UTC))
        for suite, batch, validation in self._validations:
            for result in validation.results:
                for part in _ROWS_IN_RESULT:
                    result.result.pop(part, None)
            validation.meta |= {"run_id": run, "validation_time": run.run_time}
            name = ExpectationSuiteIdentifier(f"{suite.layer}.{suite.model}")
            key = ValidationResultIdentifier(name, run, batch.id)
            self._context.validation_results_store.set(key, validation)
        self._context.add_data_docs_site(
            "gate",
            {
                "class_name": "SiteBuilder",
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(folder.resolve()),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            },
        )
        self._context.build_data_docs(site_names=["gate"])
        marker.write_text(run_id)
        return page

    def _batch(self, suite: Suite) -> Any:
        if self._build_id is None:
            asset = self._sources[suite.layer].add_table_asset(suite.model, table_name=suite.model)
        else:
            query = str(rows_of(suite, self._build_id).compile(compile_kwargs={"literal_binds": True}))
            asset = self._sources[suite.layer].add_query_asset(suite.model, query=query)
        return asset.add_batch_definition_whole_table("rows").get_batch()

    def _result(self, suite: Suite, rule: Rule, rows: int, batch: Any, found: Any) -> CheckResult:
        if found.success:
            return passed(suite, rule, rows)
        count = found.result.get("unexpected_count", found.result.get("observed_value"))
        if count is None:
            return broken(suite, rule, rows, f"could not be checked: {_reason(found.exception_info)}")
        rows_failed = int(count)
        if rows_failed > MAX_KEYS:
            return failed(suite, rule, rows, rows_failed, [], [])
        width = len(suite.key)
        named = self._failing_rows(suite, rule, batch, found)
        keys = sorted({"|".join(str(value) for value in row[:width]) for row in named})
        held = sorted({str(row[width]) for row in named if row[width] is not None}) if suite.holds else []
        return failed(suite, rule, rows, rows_failed, keys, held)

    def _failing_rows(self, suite: Suite, rule: Rule, batch: Any, found: Any) -> list[Any]:
        """Key columns, and the column held by, of each failing row."""
        query: sa.Executable
        if rule.condition:
            columns = [*suite.key, *([suite.holds] if suite.holds else [])]
            query = rows_of(suite, self._build_id, *map(sa.column, columns)).where(sa.text(rule.condition))
        else:
            query = sa.text(found.result["unexpected_index_query"])
        with batch.data.execution_engine.get_connection() as connection:
            return list(connection.execute(query).fetchall())


def _configuration(number: int, rule: Rule) -> ExpectationConfiguration:
    return ExpectationConfiguration(
        type=rule.type,
        kwargs=dict(rule.arguments),
        meta={"rule": number},
        severity=rule.severity,
        description=rule.says,
    )


def _reason(exception_info: Any) -> str:
    """The first line of what the database said; Great Expectations nests it by metric, or does not."""
    if exception_info.get("exception_message"):
        return str(exception_info["exception_message"]).splitlines()[0]
    for nested in exception_info.values():
        if isinstance(nested, dict) and nested.get("exception_message"):
            return str(nested["exception_message"]).splitlines()[0]
    return "no reason given"
