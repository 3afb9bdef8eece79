"""The models' SQL as dbt compiled it, run on rows that a test wrote itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from counterflow import dbt

Warehouse = psycopg.Connection[Any]
Row = Mapping[str, Any]


def selects(models: Sequence[str]) -> dict[str, str]:
    """The compiled SQL of each model, in the order given; a first build looks at every row."""
    folder = dbt.target() / "compiled" / "counterflow" / "models"
    # a folder named after a YAML file holds what unit tests put in the models' places
    found: dict[str, Path] = {
        path.stem: path
        for path in folder.rglob("*.sql")
        if not any(part.endswith(".yml") for part in path.relative_to(folder).parts)
    }
    return {model: found[model].read_text() for model in models}


def rebuild(warehouse: Warehouse, compiled: Mapping[str, str]) -> None:
    """Each table has the rows of its SQL, and no others."""
    for model, select in compiled.items():
        relation = sql.Identifier(_schema(model), model)
        warehouse.execute(sql.SQL("delete from {}").format(relation))
        columns = warehouse.execute(
            "select column_name as name from information_schema.columns"
            " where table_schema = %s and table_name = %s order by ordinal_position",
            [_schema(model), model],
        ).fetchall()
        names = sql.SQL(", ").join(sql.Identifier(column["name"]) for column in columns)
        statement = sql.SQL("insert into {} ({}) select {} from ({}) as wanted")
        warehouse.execute(statement.format(relation, names, names, sql.SQL(select)))


def insert(warehouse: Warehouse, schema: str, table: str, rows: Iterable[Row]) -> None:
    """The rows are added, each with the columns that it names."""
    for row in rows:
        warehouse.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(schema, table),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            ),
            list(row.values()),
        )


def replace(warehouse: Warehouse, table: str, rows: Iterable[Row]) -> None:
    """The table ('schema.name') has these rows and no others; a column that is left out is null."""
    relation = sql.Identifier(*table.split("."))
    warehouse.execute(sql.SQL("delete from {}").format(relation))
    warehouse.execute(
        sql.SQL("insert into {} select * from jsonb_populate_recordset(null::{}, %s)").format(
            relation, relation
        ),
        [json.dumps(list(rows), default=str)],
    )


def _schema(model: str) -> str:
    prefix = model.partition("_")[0]
    return {"out": "outbound", "int": "intermediate", "stg": "staging"}.get(prefix, "marts")
