"""A build passes over what has nothing to do, and over nothing else."""

from __future__ import annotations

from connections.warehouse import begin_build, finish_build, forget_builds
from counterflow import dbt
from tests.dbt import shop
from tests.dbt.conftest import Builder

IN_NEED_OF_ORDERS = ("stg_woocommerce__orders", "orders", "order_lines")


def ran(builder: Builder, *, succeeds: bool = True) -> set[str]:
    """The models that a build of everything ran; the others were passed over."""
    window = begin_build(builder.sql, "test")
    results = dbt.build(builder.connection, (), window)
    assert all(result.is_good for result in results)
    finish_build(builder.sql, window["build_id"], succeeded=succeeds)
    # what is passed over takes no time at all; the shortest model 10 ms
    return {result.name for result in results if result.kind == "model" and result.seconds > 0}


def numbers(builder: Builder) -> list[str]:
    found = builder.rows("select order_number from marts.orders order by order_number")
    return [row["order_number"] for row in found]


def test_an_idle_hour_builds_less_than_half_of_the_models(builder: Builder) -> None:
    shop.land_paid(builder.sql, shop.order(1))
    first = ran(builder)
    assert first.issuperset(IN_NEED_OF_ORDERS)
    idle = ran(builder)
    assert idle.isdisjoint(IN_NEED_OF_ORDERS)
    views = builder.rows(
        "select table_name as name from information_schema.views where table_schema in ('marts', 'outbound')"
    )
    assert idle.isdisjoint(row["name"] for row in views)
    models = builder.rows(
        "select count(*) as n from information_schema.tables"
        " where table_schema in ('staging', 'intermediate', 'marts', 'outbound')"
    )
    assert 0 < len(idle) < models[0]["n"] / 2
    assert numbers(builder) == ["1"]


def test_a_build_that_failed_is_repeated_whole(builder: Builder) -> None:
    shop.land_paid(builder.sql, shop.order(2))
    assert ran(builder, succeeds=False).issuperset(IN_NEED_OF_ORDERS)
    assert ran(builder).issuperset(IN_NEED_OF_ORDERS)
    assert ran(builder).isdisjoint(IN_NEED_OF_ORDERS)
    assert numbers(builder) == ["1", "2"]


def test_what_is_missing_is_built(builder: Builder) -> None:
    builder.sql.execute("drop view marts.reconciliation_summary cascade")
    builder.sql.commit()
    assert "reconciliation_summary" in ran(builder)
    assert builder.rows("select count(*) as n from marts.reconciliation_summary")[0]["n"] > 0


def test_where_the_settings_change_everything_is_looked_at(builder: Builder) -> None:
    forget_builds(builder.sql)
    assert ran(builder).issuperset(IN_NEED_OF_ORDERS)
    before = builder.contents()
    builder.build(full_refresh=True)
    assert builder.contents() == before
