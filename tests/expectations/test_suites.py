"""Every suite against the real models: all rules can be evaluated, and a planted bad row fails by its key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connections.connection import Connection
from connections.warehouse import session
from counterflow import gate, gate_page, steps
from expectations.results import CheckResult
from expectations.run import run
from expectations.suites import SUITES

BUILD = 1_000_000


@pytest.fixture(scope="module")
def built(module_warehouse: Connection) -> Iterator[Connection]:
    """A warehouse with every model, and no rows."""
    steps.prepare("suites")
    steps.build("suites")
    yield module_warehouse


@pytest.fixture
def models(built: Connection) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(built.postgresql_url(), autocommit=True) as connection:
        yield connection
        for suite in SUITES:
            if _is_table(connection, suite.layer, suite.model):
                connection.execute(
                    f"delete from {suite.layer}.{suite.model} where build_id = {BUILD}".encode()
                )


def _is_table(connection: psycopg.Connection[tuple[object, ...]], schema: str, name: str) -> bool:
    query = "select table_type = 'BASE TABLE' from information_schema.tables"
    row = connection.execute(
        f"{query} where table_schema = '{schema}' and table_name = '{name}'".encode()
    ).fetchone()
    return bool(row and row[0])


def check(built: Connection, build_id: int = BUILD) -> dict[str, CheckResult]:
    results = run(built.postgresql_url("postgresql+psycopg"), build_id, "suites")
    return {f"{result.model}: {result.expectation}": result for result in results if not result.success}


def test_every_model_is_there_and_an_empty_build_passes(built: Connection) -> None:
    assert check(built) == {}


def test_every_rule_can_be_evaluated(
    built: Connection, models: psycopg.Connection[tuple[object, ...]]
) -> None:
    for suite in SUITES:
        if _is_table(models, suite.layer, suite.model):
            models.execute(f"insert into {suite.layer}.{suite.model} (build_id) values ({BUILD})".encode())
    found = check(built)
    assert [result.message for result in found.values() if "could not be checked" in result.message] == []
    # a row of nulls misses its key in each of them
    missing = {result.model for result in found.values() if result.expectation.endswith("is there")}
    tables = {suite.model for suite in SUITES if _is_table(models, suite.layer, suite.model)}
    assert missing == tables - {"reconciliation_orders", "reconciliation_ledger"}


PLANTED = {
    "out_odoo__ledger_entries: debits equal credits, to the cent": (
        "insert into outbound.out_odoo__ledger_entries (write_key, write_kind, base_key, entry_date,"
        " currency, total_amount, payload_hash, payload, build_id) values ('woocommerce_order_9', 'posting',"
        " 'woocommerce_order_9', '2026-11-20', 'CAD', 10, 'x', '{\"date\": \"2026-11-20\", \"lines\": ["
        '{"role": "clearing.stripe", "account_code": "1", "debit": "10.00", "credit": "0.00"},'
        '{"role": "sales", "account_code": "2", "debit": "0.00", "credit": "9.99"}]}\', %s)',
        "woocommerce_order_9",
    ),
    "out_woocommerce__stock_levels: quantity is at least 0 and at most 1000000": (
        "insert into outbound.out_woocommerce__stock_levels (write_key, write_kind, product_id,"
        " product_id_woocommerce, sku, quantity, observed_at, payload_hash, payload, build_id) values"
        " ('product:5', 'level', 'sku:a', 5, 'A', -1, now(), 'x', '{\"quantity\": -1}', %s)",
        "product:5",
    ),
    "orders: an order in quarantine or deleted is not due": (
        "insert into marts.orders (order_id, channel, system, order_number, status, is_quarantined,"
        " is_deleted, is_ledger_due, total_amount, currency, paid_date, build_id) values ('woocommerce:9',"
        " 'web', 'woocommerce', '9', 'processing', true, false, true, 5, 'CAD', '2026-11-20', %s)",
        "woocommerce:9",
    ),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_bad_row_fails_that_rule_by_its_key(
    built: Connection, models: psycopg.Connection[tuple[object, ...]], rule: str
) -> None:
    statement, key = PLANTED[rule]
    models.execute(statement.replace("%s", str(BUILD)).encode())
    found = check(built)
    assert found.keys() == {rule}
    assert (found[rule].failing_keys, found[rule].severity) == ([key], "critical")


ORDER_AND_ENTRY = """
insert into marts.orders (order_id, channel, system, order_number, status, is_quarantined, is_deleted,
    is_ledger_due, subtotal_amount, discount_amount, shipping_amount, fee_amount, tax_amount, rounding_amount,
    total_amount, currency, paid_date, build_id)
values ('woocommerce:{id}', 'web', 'woocommerce', '{id}', 'processing', false, false, true, 10, 0, 0, 0, 0, 0,
    {total}, 'CAD', '2026-11-20', {build});
insert into marts.ledger_events (event_id, source_key, event_kind, order_id, posting_date, title, base_key)
values ('woocommerce_order_{id}', 'order:woocommerce:{id}', 'sale', 'woocommerce:{id}', '2026-11-20', 'x',
    'woocommerce_order_{id}');
insert into outbound.out_odoo__ledger_entries (write_key, write_kind, base_key, entry_date, currency,
    total_amount, payload_hash, payload, build_id)
values ('woocommerce_order_{id}', 'posting', 'woocommerce_order_{id}', '2026-11-20', 'CAD', 10, 'x',
    '{{"date": "2026-11-20", "lines": [
        {{"role": "clearing.stripe", "account_code": "1", "debit": "10.00", "credit": "0.00"}},
        {{"role": "sales", "account_code": "2", "debit": "0.00", "credit": "10.00"}}]}}', {build});
"""


def test_a_critical_failure_holds_the_entry_that_rests_on_it_and_no_other(
    built: Connection, models: psycopg.Connection[tuple[object, ...]]
) -> None:
    models.execute(
        "insert into sync.builds (build_id, run_id, version_until, since_version, since_build)"
        f" overriding system value values ({BUILD}, 'suites', 0, 0, 0)".encode()
    )
    for order, total in ((8, 10), (9, 11)):
        models.execute(ORDER_AND_ENTRY.format(id=order, total=total, build=BUILD).encode())
    assert gate.check(built, "holding").failed_critical == 1
    held = b"select key from sync.holds where outbound_model = 'out_odoo__ledger_entries'"
    assert models.execute(held).fetchall() == [("woocommerce_order_9",)]
    # the order is put right at its source, and built again
    models.execute(b"update marts.orders set total_amount = 10 where order_id = 'woocommerce:9'")
    assert gate.check(built, "holding").holds == 0


def test_the_page_tells_what_all_rounds_of_a_run_found(built: Connection, tmp_path: Path) -> None:
    bad = CheckResult("marts", "orders", "a rule", "critical", False, 2, 1, ["woocommerce:9"], "not so")
    good = CheckResult("marts", "orders", "a rule", "critical", True, 5, 0)
    with session(built) as warehouse:
        assert gate_page.write(warehouse, "rounds", tmp_path) is None
        gate._store(warehouse, "rounds", [bad])
        gate._store(warehouse, "rounds", [good])
        page = gate_page.write(warehouse, "rounds", tmp_path)
    assert page == tmp_path / "report" / "index.html"
    text = page.read_text()
    assert "1 critical rule broken" in text
    assert "woocommerce:9" in text
    assert "<b>7</b>rows checked" in text
