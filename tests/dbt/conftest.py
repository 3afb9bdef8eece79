"""A warehouse with the shop's settings, and builds of it as the hourly run makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connections.connection import Connection
from connections.warehouse import begin_build, connect, ensure_raw_tables, finish_build, rows
from counterflow import dbt, systems
from tests.dbt import shop

Row = dict[str, Any]


class Builder:
    """One warehouse, and builds that each look at what is new since the last good one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sql = connect(connection)
        for extractor in systems.EXTRACTORS:
            ensure_raw_tables(
                self.sql, extractor.system, sorted({resource.lands_in for resource in extractor.resources})
            )
        self.sql.commit()

    def build(self, *models: str, full_refresh: bool = False, succeeds: bool = True) -> int:
        """Every model (or these, in dbt's words) is built; the build's id.

        One that does not succeed is repeated by the next.
        """
        window = begin_build(self.sql, "test")
        arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
        arguments += ["--select", *models] if models else []
        self._run([*arguments, *(["--full-refresh"] if full_refresh else [])], window)
        finish_build(self.sql, window["build_id"], succeeded=succeeds)
        return window["build_id"]

    def parse(self) -> None:
        """dbt's manifest stands in its target folder."""
        dbt.run(self._connection, ["parse"])

    def check(self, *models: str) -> None:
        """Every data test (or those of these models, in dbt's words) holds for every row."""
        chosen = ["--select", *models] if models else []
        self._run(["test", "--exclude-resource-type", "unit_test", *chosen], {"all_rows": True})

    def unit_test(self) -> int:
        """Every unit test of the models passes; how many they are."""
        return len(self._run(["test", "--select", "test_type:unit"], {}))

    def rows(self, query: str, parameters: list[Any] | None = None) -> list[Row]:
        """The rows of a query."""
        found = rows(self.sql, query, parameters)
        self.sql.commit()
        return found

    def contents(self) -> dict[str, list[str]]:
        """Every row of marts and outbound as text, without the build that wrote it."""
        relations = self.rows(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_schema in ('marts', 'outbound') order by 1"
        )
        return {relation["name"]: self.content(relation["name"]) for relation in relations}

    def content(self, relation: str) -> list[str]:
        query = f"select (to_jsonb(it) - 'build_id')::text as content from {relation} as it order by 1"
        return [row["content"] for row in self.rows(query)]

    def _run(self, arguments: list[str], given: Row) -> list[dbt.ModelResult]:
        variables = dict(given)
        # by the environment: with other --vars dbt would parse the whole project again (macros/var.sql)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("build_id", "since_build", "since_version"):
                if name in variables:
                    patch.setenv(f"COUNTERFLOW_{name.upper()}", str(variables.pop(name)))
            settings = ["--vars", json.dumps(variables)] if variables else []
            results = dbt.run(self._connection, [*arguments, *settings])
        bad = [f"{result.name} {result.status}: {result.message}" for result in results if not result.is_good]
        assert results and not bad, "\n".join(bad)
        return results


@pytest.fixture(scope="module")
def builder(module_warehouse: Connection, dbt_home: Path) -> Iterator[Builder]:
    """The module's warehouse with raw tables and settings, and nothing built yet."""
    made = Builder(module_warehouse)
    shop.settle(made.sql)
    yield made
    made.sql.close()
