"""Which models of a build have nothing to do: an hour costs what changed in it, not how many there are.

Compiling a model and sending its statements costs some 30 ms, whatever it finds. A model is passed over
where its own configuration says that it would find nothing (dbt_project/macros/incremental.sql):

    a view                           is there already; the models have not changed since the last whole build
    a model of a changed set         that set is empty in this build, so no key of it is looked at
    a staging model                  no raw row of its tables is newer than the last whole build

Everything else runs. What is passed over counts as built, with no rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connections.warehouse import Warehouse, sql

# Where dbt builds.
SCHEMAS = ("staging", "intermediate", "marts", "outbound")


class Increment:
    """What one build finds new, as far as it has come."""

    def __init__(self, there: frozenset[str], quiet: frozenset[str]) -> None:
        """`there`: the relations of the layers; `quiet`: tables of raw and sync without a new row."""
        self._there = there
        self._quiet = quiet
        self._nothing_new: set[str] = set()

    def passes_over(self, node: Any) -> bool:
        """The model would find nothing, and is noted so for those that rest on it."""
        if str(node.resource_type) != "model" or f"{node.schema}.{node.alias}" not in self._there:
            return False
        materialized = node.config.materialized
        if materialized == "view":
            return True
        if materialized != "incremental" or not self._looks_at_nothing(node):
            return False
        self._nothing_new.add(node.unique_id)
        return True

    def note(self, node: Any, rows: int | None) -> None:
        """The model was built, with so many new rows."""
        # one that replaces the keys of a changed set may have deleted rows and written none
        if rows == 0 and not node.config.meta.get("changed") and node.config.materialized != "view":
            self._nothing_new.add(node.unique_id)

    def _looks_at_nothing(self, node: Any) -> bool:
        changed = node.config.meta.get("changed")
        if changed:
            return f"model.{node.package_name}.{changed}" in self._nothing_new
        inputs = [name for name in node.depends_on.nodes if not name.startswith("seed.")]
        return node.schema == "staging" and bool(inputs) and all(name in self._quiet for name in inputs)


def look(warehouse: Warehouse, window: Mapping[str, int], sources: Mapping[str, str]) -> Increment | None:
    """What the build can know beforehand. None: it looks at everything, for no whole build is remembered.

    `sources`: dbt's source -> its table in the warehouse, 'schema.name'.
    """
    if not window["since_build"]:
        return None
    relations = warehouse.execute(
        """
        select table_schema || '.' || table_name as name, bool_or(column_name = 'version') as has_version
        from information_schema.columns where table_schema = any(%s) group by 1
        """,
        [[*SCHEMAS, "raw", "sync"]],
    ).fetchall()
    versioned = {row["name"] for row in relations if row["has_version"]}
    asked = {source: table for source, table in sources.items() if table in versioned}
    return Increment(
        there=frozenset(row["name"] for row in relations),
        quiet=frozenset(_without_new_rows(warehouse, asked, window["since_version"])),
    )


def _without_new_rows(warehouse: Warehouse, tables: Mapping[str, str], since_version: int) -> list[str]:
    if not tables:
        return []
    queries = [
        sql.SQL(
            "select {source} as source where not exists (select from {table} where version > {since})"
        ).format(
            source=sql.Literal(source),
            table=sql.Identifier(*table.split(".")),
            since=sql.Literal(since_version),
        )
        for source, table in tables.items()
    ]
    found = warehouse.execute(sql.SQL(" union all ").join(queries)).fetchall()
    return [row["source"] for row in found]


@contextmanager
def only_what_is_new(increment: Increment | None) -> Iterator[None]:
    """dbt passes over the models that have nothing to do (None: none)."""
    if increment is None:
        yield
        return
    from dbt.artifacts.schemas.results import RunStatus
    from dbt.artifacts.schemas.run import RunResult
    from dbt.task.run import ModelRunner

    inherited = ModelRunner.compile_and_execute

    def compile_and_execute(self: Any, manifest: Any, context: Any) -> Any:
        if increment.passes_over(context.node):
            result = RunResult.from_node(context.node, RunStatus.Success, None)
            result.adapter_response = {"rows_affected": 0}
            return result
        result = inherited(self, manifest, context)
        if result is not None and result.status == RunStatus.Success:
            increment.note(context.node, result.adapter_response.get("rows_affected"))
        return result

    ModelRunner.compile_and_execute = compile_and_execute
    try:
        yield
    finally:
        del ModelRunner.compile_and_execute
