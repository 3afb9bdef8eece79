"""Which rows are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from expectations.rules import Suite


def rows_of(suite: Suite, build_id: int | None, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The model's rows of the build (None: all its rows): these columns, or all of them."""
    table = sa.table(suite.model, sa.column("build_id"), schema=suite.layer)
    query = sa.select(*(columns or [sa.text("*")])).select_from(table)
    return query if build_id is None else query.where(table.c.build_id == build_id)


def count_rows(connection_url: str, suites: Sequence[Suite], build_id: int | None) -> dict[str, int | str]:
    """How many of those rows each model has, or why it cannot be read."""
    counts: dict[str, int | str] = {}
    engine = sa.create_engine(connection_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for suite in suites:
            try:
                counts[suite.model] = connection.scalar(rows_of(suite, build_id, sa.func.count())) or 0
            except DBAPIError as error:
                counts[suite.model] = f"cannot be read: {str(error.orig).splitlines()[0]}"
    return counts
