"""Whole syncs over the stand-ins, without Airflow: what goes wrong holds what rests on it, and clears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import CounterflowError, Unavailable
from connections.warehouse import rows, session
from counterflow import steps, systems
from counterflow.summary import RunSummary
from sandbox import World
from tests.synced import BOOKS, settings_of

Row = dict[str, Any]


@pytest.fixture(scope="module")
def world(
    module_warehouse: Connection, dbt_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The stand-ins, named in the environment as the steps look for them; those of stock and books are on."""
    with sandbox.serve(orders=60, seed=7) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERFLOW_SETTINGS", str(settings_of(tmp_path_factory.mktemp("settings"), *BOOKS)))
        for system, fields in running.connections.items():
            patch.setenv(f"AIRFLOW_CONN_{system.upper()}", fields)
        yield running


@pytest.fixture(scope="module")
def find(module_warehouse: Connection) -> Callable[..., list[Row]]:
    def query(text: str, *parameters: Any) -> list[Row]:
        with session(module_warehouse) as warehouse:
            return [dict(row) for row in rows(warehouse, text, list(parameters))]

    return query


def sync(run_id: str) -> RunSummary:
    """One run as the DAG makes it: what fails does not stop what does not rest on it."""
    steps.prepare(run_id)
    for system in systems.READ:
        try:
            steps.extract(system, run_id)
        except CounterflowError:
            continue
    steps.build(run_id)
    steps.check(run_id)
    for system in systems.WRITTEN:
        try:
            steps.deliver(system, run_id)
        except Unavailable:
            continue
    steps.settle(run_id)
    return steps.summarize(run_id)


BAD_ORDERS: dict[int, tuple[tuple[str, ...], dict[str, Any], str]] = {
    # order: fields removed, fields set, what the quarantine must say
    951: ((), {"total": "9999.99"}, "9999.99"),
    952: ((), {"currency": "XYZ"}, "XYZ"),
    953: ((), {"total": "twelve"}, "total"),
    954: ((), {"date_paid_gmt": "2199-01-01T00:00:00", "date_created_gmt": "2199-01-01T00:00:00"}, "2199"),
}


@pytest.fixture(scope="module")
def first(world: World) -> RunSummary:
    """The first sync, with orders that are wrong in the shop, one of them without a key."""
    for order_id, (removed, fields, _) in BAD_ORDERS.items():
        world.distort("woocommerce", "order", order_id, *removed, **fields)
    world.distort("woocommerce", "order", 955, "id")
    world.distort("woocommerce", "order", 956, customer_note='🛒 "it\'s" <b>fine</b> \\N ' + "x" * 10_000)
    return sync("first")


def test_bad_orders_are_kept_named_and_hold_only_themselves(first: RunSummary, find: Any) -> None:
    quarantine = find("select record_key, order_id, reason from marts.quarantine where entity = 'order'")
    reasons = {row["order_id"] or row["record_key"]: row["reason"] for row in quarantine}
    for order_id, (_, _, says) in BAD_ORDERS.items():
        assert says in reasons[f"woocommerce:{order_id}"]
    (refused,) = find("select resource, reason from sync.refused_records")
    assert refused["resource"] == "orders" and "id" in refused["reason"]
    posted = {row["key"] for row in find("select key from sync.writes where thing = 'ledger_entry'")}
    assert not posted & {f"woocommerce_order_{order_id}" for order_id in BAD_ORDERS}
    assert "woocommerce_order_956" in posted or not find(
        "select from marts.orders where order_id = 'woocommerce:956' and is_ledger_due"
    )
    assert len(posted) > 20
    assert first.status == "amber" and first.alarms == []


def test_what_is_posted_is_in_odoo_once_to_the_cent(first: RunSummary, world: World, find: Any) -> None:
    writes = find("select key, payload, target_name, drift from sync.writes where status = 'confirmed' "
                  "and thing = 'ledger_entry'")  # fmt: skip
    refs = {row["payload"]["ref"] for row in writes}
    entries = [entry for entry in world.truth["odoo"]["entries"] if entry["ref"] in refs]
    assert len(entries) == len(writes) == len(refs) > 30
    assert all(row["drift"] is None for row in writes)
    assert {row["target_name"] for row in writes} == {entry["name"] for entry in entries}


def test_stock_levels_are_true_in_the_shop(first: RunSummary, world: World, find: Any) -> None:
    shop = {sku.upper(): quantity for sku, quantity in world.truth["woocommerce"]["stock"].items()}
    levels = find("select sku, quantity, hold_reason from outbound.out_woocommerce__stock_levels")
    assert len(levels) > 30
    # one product bears another SKU in Odoo, and is known by its barcode
    compared = [row for row in levels if row["hold_reason"] is None and row["sku"].upper() in shop]
    assert len(compared) > 30
    for level in compared:
        assert shop[level["sku"].upper()] == level["quantity"], level["sku"]


def test_a_second_sync_writes_nothing(first: RunSummary, world: World) -> None:
    before = world.truth
    summary = sync("second")
    assert world.truth == before
    assert summary.writes == {}


def test_everything_clears_once_the_source_is_right(first: RunSummary, world: World, find: Any) -> None:
    stand_in: Any = world.stand_ins["woocommerce"]
    mended = [*BAD_ORDERS, 955]
    for order_id in mended:
        world.distort("woocommerce", "order", order_id)
    world.call(lambda: [stand_in.change(order_id, {"customer_note": "mended"}) for order_id in mended])
    world.trade_hour()
    summary = sync("third")
    assert find("select * from marts.quarantine where entity = 'order'") == []
    due = {row["order_id"] for row in find("select order_id from marts.orders where is_ledger_due")}
    agreed = {
        row["order_id"]
        for row in find("select order_id from marts.reconciliation_orders where state = 'agrees'")
    }
    assert due == agreed
    assert str(summary.difference) == "0.00"
    assert summary.alarms == []


def test_a_system_that_is_down_holds_only_what_needs_it(first: RunSummary, world: World, find: Any) -> None:
    world.trade_hour()
    world.stop("stripe")
    with pytest.raises(CounterflowError, match="stripe"):
        sync("without stripe")
    held = find(
        "select thing, reason from sync.writes where status = 'held' and reason_class = 'stale_input'"
    )
    assert all(row["thing"] == "ledger_entry" for row in held)
    levels = find("select 1 from sync.writes where thing = 'stock_level' and run_id = 'without stripe' "
                  "and status = 'confirmed'")  # fmt: skip
    assert levels, "stock went out all the same"
    world.start("stripe")
    summary = sync("with stripe")
    assert summary.alarms == []
    assert not find("select from sync.writes where status = 'held' and reason_class = 'stale_input'")


def test_a_model_that_fails_holds_only_what_rests_on_it(first: RunSummary, world: World, find: Any) -> None:
    world.trade_hour()
    steps.prepare("broken model")
    for system in systems.READ:
        steps.extract(system, "broken model")
    with session(Connection.from_env("warehouse")) as warehouse:
        warehouse.execute("alter table raw.odoo__stock_quant rename column payload to mislaid")
    with pytest.raises(CounterflowError, match="stg_odoo__stock_quant"):
        steps.build("broken model")
    with session(Connection.from_env("warehouse")) as warehouse:
        warehouse.execute("alter table raw.odoo__stock_quant rename column mislaid to payload")
    shop = steps.deliver("woocommerce", "broken model")
    assert shop.confirmed == 0
    assert steps.deliver("odoo", "broken model").confirmed > 0
    assert sync("mended model").alarms == []


def test_a_stock_level_set_back_by_hand_is_put_right(first: RunSummary, world: World, find: Any) -> None:
    (level,) = find(
        "select sku, quantity, product_id_woocommerce from outbound.out_woocommerce__stock_levels "
        "where hold_reason is null and variation_id_woocommerce is null and quantity > 5 order by sku limit 1"
    )
    stand_in: Any = world.stand_ins["woocommerce"]
    product = level["product_id_woocommerce"]
    world.call(lambda: stand_in.catalogue.move_stock(product, 0, 7))
    sync("drift")
    assert world.truth["woocommerce"]["stock"][level["sku"]] == level["quantity"]


def test_a_plan_shows_and_sends_nothing(first: RunSummary, world: World) -> None:
    world.trade_hour()
    for system in systems.READ:
        steps.extract(system, "plan")
    steps.build("plan")
    before = world.truth
    plan = steps.deliver("odoo", "plan", plan_only=True)
    assert plan.planned > 0 and all("not there" in line for line in plan.lines)
    assert world.truth == before
    assert steps.summarize("plan").alarms == [], "what no delivery has looked at yet is no difference"


def test_incremental_equals_rebuilt(first: RunSummary, find: Any, tmp_path: Path) -> None:
    tables = find(
        "select table_schema || '.' || table_name as name from information_schema.tables "
        "where table_schema in ('marts', 'outbound') and table_type = 'BASE TABLE' order by 1"
    )

    def contents() -> dict[str, list[str]]:
        return {
            table["name"]: sorted(
                row["line"]
                for row in find(f"select (to_jsonb(t) - 'build_id')::text as line from {table['name']} as t")
            )
            for table in tables
        }

    incremental = contents()
    steps.prepare("rebuild")
    steps.build("rebuild", full_refresh=True)
    assert contents() == incremental
