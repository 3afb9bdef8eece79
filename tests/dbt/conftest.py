"""A warehouse with the shop's settings, and builds of it as the hourly run makes them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connections.connection import Connection
from connections.warehouse import begin_build, connect, ensure_raw_tables, finish_build, rows
from counterflow import dbt, systems
from runtime.server import Server
from tests.conftest import MODULE_WAREHOUSE, lent
from tests.dbt import shop

Row = dict[str, Any]
MakeWarehouse = Callable[..., Connection]
_TEMPLATE = f"built_{os.getpid()}"


class Builder:
    """One warehouse, and builds that each look at what is new since the last good one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
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
        self._good(dbt.build(self.connection, models, window, full_refresh=full_refresh))
        finish_build(self.sql, window["build_id"], succeeded=succeeds)
        return window["build_id"]

    def parse(self) -> None:
        """dbt's manifest stands in its target folder."""
        dbt.run(self.connection, ["parse"])

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
        settings = ["--vars", json.dumps(given)] if given else []
        return self._good(dbt.run(self.connection, [*arguments, *settings]))

    def _good(self, results: list[dbt.ModelResult]) -> list[dbt.ModelResult]:
        bad = [f"{result.name} {result.status}: {result.message}" for result in results if not result.is_good]
        assert results and not bad, "\n".join(bad)
        return results


@pytest.fixture(scope="session")
def built_template(postgres: Server, make_warehouse: MakeWarehouse, dbt_home: Path) -> Iterator[str]:
    """The name of a database with every raw table and model, all of them empty, and the shop's settings.

    A module that begins with a copy of it builds what it lands, not 300 tables and their indexes first.
    """
    # built under the name that the copies will have: dbt parses its project anew for another
    made = Builder(make_warehouse(MODULE_WAREHOUSE))
    shop.settle(made.sql)
    made.build()
    made.sql.close()
    postgres.create_database(_TEMPLATE, MODULE_WAREHOUSE)
    yield _TEMPLATE
    postgres.drop_database(_TEMPLATE)


@pytest.fixture(scope="module")
def module_warehouse(
    postgres: Server, make_warehouse: MakeWarehouse, built_template: str
) -> Iterator[Connection]:
    """The module's warehouse, which the environment names too: every model is there, and has no row."""
    with lent(postgres, make_warehouse(MODULE_WAREHOUSE, built_template)) as connection:
        yield connection


@pytest.fixture(scope="module")
def builder(module_warehouse: Connection, dbt_home: Path) -> Iterator[Builder]:
    """Builds of the module's warehouse."""
    made = Builder(module_warehouse)
    yield made
    made.sql.close()
