"""The newest answer of an order counts, incrementally as from scratch."""

from __future__ import annotations

from typing import Any

from connections.connection import Connection
from extractors.base import extract
from extractors.portal import Portal
from tests.dbt.conftest import Builder


def answer(builder: Builder, warehouse: Connection, order: int, number: int, choice: str) -> None:
    """The order's customer answers, and it is read."""
    builder.sql.execute(
        "insert into portal.answers (order_id, answer_number, choice, link_fingerprint)"
        " values (%s, %s, %s, 'f')",
        [f"woocommerce:{order}", number, choice],
    )
    builder.sql.commit()
    extract(Portal(lambda: warehouse), Connection.from_fields("portal"), warehouse, "run", only=["answers"])


def choices(builder: Builder) -> list[tuple[Any, ...]]:
    query = "select order_id, choice, answer_number from marts.order_choices order by order_id"
    return [tuple(row.values()) for row in builder.rows(query)]


def test_the_newest_answer_of_an_order_counts(builder: Builder, module_warehouse: Connection) -> None:
    answer(builder, module_warehouse, 1, 1, "wait")
    answer(builder, module_warehouse, 2, 1, "wait")
    builder.build("stg_portal__answers", "order_choices")
    assert choices(builder) == [("woocommerce:1", "wait", 1), ("woocommerce:2", "wait", 1)]
    # of an order whose earlier answer was built before
    answer(builder, module_warehouse, 1, 2, "ship_now")
    build_id = builder.build("stg_portal__answers", "order_choices")
    hourly = choices(builder)
    assert hourly == [("woocommerce:1", "ship_now", 2), ("woocommerce:2", "wait", 1)]
    touched = builder.rows("select order_id from marts.order_choices where build_id = %s", [build_id])
    assert [row["order_id"] for row in touched] == ["woocommerce:1"]
    builder.build("stg_portal__answers", "order_choices", full_refresh=True)
    assert choices(builder) == hourly
