"""The gate on a real PostgreSQL: a planted bad row fails by its key, and only in the build that wrote it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from expectations.results import CheckResult
from expectations.rules import (
    Suite,
    between,
    length,
    matches,
    never,
    never_null,
    not_after_tomorrow,
    one_of,
    unique,
)
from expectations.run import run

TABLE = """
create schema if not exists marts;
create table marts.sales (
    sale_id text, order_id text, currency text, total_amount numeric(12, 2), tax_amount numeric(12, 2),
    sold_at timestamptz, note text, build_id bigint
);
"""
SALES = Suite(
    model="sales",
    layer="marts",
    key=("sale_id",),
    holds="order_id",
    rules=(
        *never_null("order_id"),
        unique("sale_id"),
        matches("currency", "^[A-Z]{3}$", says="currency is a currency code", severity="warning"),
        one_of("currency", "CAD", "USD", severity="info"),
        between("total_amount", 0, 100_000),
        never("tax is not more than the total", "tax_amount > total_amount"),
        not_after_tomorrow("sold_at"),
        length("note", 100),
    ),
)
GOOD = ("s1", "o1", "CAD", "113.00", "13.00", "2026-01-01", "ok")
BAD = {
    "order_id is there": ("s2", None, "CAD", "1.00", "0", "2026-01-01", "ok"),
    "currency is a currency code": ("s2", "o2", "dollars", "1.00", "0", "2026-01-01", "ok"),
    "currency is one of CAD, USD": ("s2", "o2", "EUR", "1.00", "0", "2026-01-01", "ok"),
    "total_amount is at least 0 and at most 100000": ("s2", "o2", "CAD", "-1.00", "-2", "2026-01-01", "ok"),
    "tax is not more than the total": ("s2", "o2", "CAD", "1.00", "2.00", "2026-01-01", "ok"),
    "sold_at is not in the future": ("s2", "o2", "CAD", "1.00", "0", "2126-01-01", "ok"),
    "note has at most 100 characters": ("s2", "o2", "CAD", "1.00", "0", "2026-01-01", "é'😀" * 5000),
}


@pytest.fixture
def sales(empty_database: str) -> str:
    with psycopg.connect(empty_database) as connection:
        connection.execute(TABLE)
    return empty_database


def plant(url: str, *rows: tuple[str | None, ...], build_id: int = 7) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        statement = "insert into marts.sales values (%s, %s, %s, %s, %s, %s, %s, %s)"
        cursor.executemany(statement, [(*row, build_id) for row in rows])


def check(url: str, build_id: int = 7, *, full: bool = False, docs: Path | None = None) -> list[CheckResult]:
    return run(
        url.replace("postgresql://", "postgresql+psycopg://"),
        build_id,
        "run 1",
        full,
        data_docs=docs,
        suites=[SALES],
    )


def failures(results: list[CheckResult]) -> dict[str, CheckResult]:
    return {result.expectation: result for result in results if not result.success}


def test_good_rows_pass_every_rule(sales: str) -> None:
    plant(sales, GOOD, ("s2", *GOOD[1:]))
    results = check(sales)
    assert failures(results) == {}
    assert len(results) == len(SALES.rules)
    assert {result.rows_checked for result in results} == {2}


@pytest.mark.parametrize("says", BAD)
def test_a_planted_bad_row_fails_with_its_key(sales: str, says: str) -> None:
    plant(sales, GOOD, BAD[says])
    found = failures(check(sales))
    assert says in found
    failure = found[says]
    rule = next(rule for rule in SALES.rules if rule.says == says)
    assert (failure.failing_keys, failure.rows_failed, failure.severity) == (["s2"], 1, rule.severity)
    assert failure.held_values == ([] if BAD[says][1] is None else ["o2"])
    assert "s2" in failure.message
    # an unreadable currency code is also none of the known ones; each other row breaks just its own rule
    assert set(found) - {says} <= {"currency is one of CAD, USD"}


def test_only_the_rows_of_the_build_are_looked_at(sales: str) -> None:
    plant(sales, BAD["tax is not more than the total"], build_id=6)
    plant(sales, GOOD, build_id=7)
    assert failures(check(sales, 7)) == {}
    assert failures(check(sales, 6)).keys() == {"tax is not more than the total"}

    assert failures(check(sales, 7, full=True)).keys() == {"tax is not more than the total"}


def test_a_build_without_rows_passes(sales: str) -> None:
    results = check(sales, 99)
    assert failures(results) == {}
    assert {result.rows_checked for result in results} == {0}


def test_the_keys_of_all_failing_rows_are_given(sales: str) -> None:
    plant(sales, *[(f"s{n}", f"o{n // 2}", "CAD", "-1.00", "-2", "2026-01-01", None) for n in range(1000)])
    failure = failures(check(sales))["total_amount is at least 0 and at most 100000"]
    assert len(failure.failing_keys) == failure.rows_failed == 1000
    assert len(failure.held_values) == 500


def test_too_many_to_name_stand_for_the_model(sales: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expectations.gate.MAX_KEYS", 2)
    plant(sales, *[(f"s{n}", f"o{n}", "CAD", "-1.00", "-2", "2026-01-01", None) for n in range(3)])
    failure = failures(check(sales))["total_amount is at least 0 and at most 100000"]
    assert failure.rows_failed == 3
    assert failure.concerns_all


def test_a_double_key_names_both_rows(sales: str) -> None:
    plant(sales, GOOD, GOOD, ("s9", *GOOD[1:]))
    failure = failures(check(sales))["sale_id is unique"]
    assert (failure.failing_keys, failure.rows_failed) == (["s1"], 2)


def test_a_model_that_is_missing_or_changed_is_a_failure_of_all_of_it(sales: str) -> None:
    plant(sales, GOOD)
    with psycopg.connect(sales) as connection:
        connection.execute("alter table marts.sales drop column currency")
    found = failures(check(sales))
    assert set(found) == {"currency is a currency code", "currency is one of CAD, USD"}
    assert all(failure.concerns_all and "currency" in failure.message for failure in found.values())
    with psycopg.connect(sales) as connection:
        connection.execute("drop table marts.sales")
    [failure] = check(sales)
    assert (failure.severity, failure.success, failure.concerns_all) == ("critical", False, True)
    assert "does not exist" in failure.message


def test_data_docs_are_written_without_the_rows(sales: str, tmp_path: Path) -> None:
    plant(sales, GOOD, ("s2", "o2", "CAD", "-4321.00", "-5000", "2026-01-01", "Jane Roe"))
    check(sales, docs=tmp_path / "docs")
    pages = list((tmp_path / "docs").rglob("*.html"))
    text = "".join(page.read_text() for page in pages)
    assert (tmp_path / "docs" / "index.html") in pages
    assert "tax is not more than the total" in text
    assert "-4321" not in text
    assert "Jane Roe" not in text
