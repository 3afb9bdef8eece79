"""From what happened to what stands in the books: entries, reversals and new ones, summaries, closed days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connections.connection import Connection
from tests.dbt import books, shop
from tests.dbt.conftest import Builder

Row = dict[str, Any]
LEDGER = "+out_odoo__ledger_entries"


@pytest.fixture
def builder(warehouse: Connection, dbt_home: Path) -> Iterator[Builder]:
    """A warehouse with one order of the example of the books, paid by card."""
    made = Builder(warehouse)
    shop.settle(made.sql)
    yield made
    made.sql.close()


def example(number: int = 1, **given: Any) -> shop.Payload:
    """Goods 100, shipping 12, HST 14.56, total 126.56."""
    return shop.order(number, lines=[("TEA-1", 1, "100.00")], shipping="12.00", **given)


def due(builder: Builder) -> dict[str, Row]:
    return {row["write_key"]: row for row in builder.rows("select * from outbound.out_odoo__ledger_entries")}


def amounts(entry: Row) -> list[tuple[str, Decimal]]:
    """role and signed amount of each line."""
    return [
        (line["role"], Decimal(line["debit"]) - Decimal(line["credit"])) for line in entry["payload"]["lines"]
    ]


def test_an_order_changed_after_posting_is_reversed_and_posted_anew(builder: Builder) -> None:
    shop.land_paid(builder.sql, example())
    builder.build(LEDGER)
    [first] = due(builder).values()
    assert amounts(first)[:4] == [
        ("clearing.stripe", Decimal("126.56")),
        ("sales", Decimal("-100.00")),
        ("shipping_revenue", Decimal("-12.00")),
        ("tax.HST.ON", Decimal("-14.56")),
    ]
    books.post(builder)
    builder.build(LEDGER)
    assert due(builder)[first["write_key"]]["payload_hash"] == first["payload_hash"], (
        "it stays as it was sent"
    )

    # the same amount, another province: other taxes
    shop.land_paid(builder.sql, example(province="NS", paid_at=shop.FIRST_DAY))
    builder.build(LEDGER)
    entries = due(builder)
    assert set(entries) == {
        "woocommerce_order_1",
        "woocommerce_order_1__reversal_1",
        "woocommerce_order_1__2",
    }
    reversal = entries["woocommerce_order_1__reversal_1"]
    assert amounts(reversal) == [(role, -amount) for role, amount in amounts(first)]
    assert reversal["payload"]["reverses"] == first["payload"]["external_id"]
    assert ("tax.HST.NS", Decimal("-15.68")) in amounts(entries["woocommerce_order_1__2"])
    books.post(builder)

    # and no longer a sale at all
    shop.land(builder.sql, "woocommerce__orders", {"1": example(status="cancelled")})
    builder.build(LEDGER)
    assert set(due(builder)) - set(entries) == {"woocommerce_order_1__reversal_2"}
    books.post(builder)
    builder.build(LEDGER)
    assert books.balances(builder) == {}
    before = builder.contents()
    builder.build(LEDGER, full_refresh=True)
    assert builder.contents() == before


def set_mode(builder: Builder, mode: str) -> None:
    """As a changed settings file does: the next build looks at everything."""
    builder.sql.execute("update settings.ledger set mode = %s", [mode])
    builder.sql.execute("update sync.builds set status = 'failed'")
    builder.sql.commit()


def trade(builder: Builder, *numbers: int) -> None:
    """Orders of two days and three provinces, one with a discount, one paid at the door."""
    made = []
    for number in numbers:
        when = shop.FIRST_DAY + timedelta(days=number % 2, minutes=number)
        province = ("ON", "QC", "AB")[number % 3]
        method = "cod" if number % 4 == 0 else "stripe"
        discount = "5.00" if number % 5 == 0 else "0.00"
        made.append(
            example(number, province=province, created_at=when, method=method, discount=discount, fee="3.00")
        )
    shop.land_paid(builder.sql, *made)


def test_both_modes_reach_the_same_trial_balance_and_a_switch_posts_nothing_twice(
    make_warehouse: Callable[[], Connection], dbt_home: Path
) -> None:
    each, daily, switched = (Builder(make_warehouse()) for _ in range(3))
    for builder, mode in ((each, "per_order"), (daily, "daily"), (switched, "per_order")):
        shop.settle(builder.sql)
        set_mode(builder, mode)
    for builder in (each, daily):
        trade(builder, *range(1, 14))
        builder.build(LEDGER)
        books.post(builder)
    assert len(due(each)) == 13
    assert all(key.startswith("summary_2026-11-0") for key in due(daily)) and len(due(daily)) == 6

    trade(switched, *range(1, 7))
    switched.build(LEDGER)
    assert len(books.post(switched)) == 6
    set_mode(switched, "daily")
    trade(switched, *range(7, 10))
    switched.build(LEDGER)
    first = books.post(switched)
    assert all(key.startswith("summary_") for key in first) and len(first) == 3
    # what is late for a summary that is in the books has one of its own
    trade(switched, *range(10, 14))  # the last is of the same day and province as the seventh
    switched.build(LEDGER)
    second = books.post(switched)
    assert any(key.endswith("_2") for key in second)
    set_mode(switched, "per_order")
    switched.build(LEDGER)
    assert books.post(switched) == []
    assert books.balances(each) == books.balances(daily) == books.balances(switched) != {}

    # an edited order in a summary: the whole summary is reversed and posted anew
    shop.land(daily.sql, "woocommerce__orders", {"4": example(4, status="cancelled", method="cod")})
    shop.land(each.sql, "woocommerce__orders", {"4": example(4, status="cancelled", method="cod")})
    for builder in (daily, each):
        builder.build(LEDGER)
        books.post(builder)
    assert [key for key in due(daily) if "__" in key] == [
        key for key in sorted(due(daily)) if key.endswith(("__reversal_1", "__2"))
    ]
    assert books.balances(each) == books.balances(daily)
    for builder in (each, daily, switched):
        builder.sql.close()


def test_a_summary_waits_for_the_end_of_its_day(builder: Builder) -> None:
    set_mode(builder, "daily")
    now = datetime.now(UTC)
    cheque = example(created_at=now, paid_at=now, method="cheque")
    shop.land(builder.sql, "woocommerce__orders", {"1": cheque}, extracted_at=now)
    builder.build(LEDGER)
    [event] = builder.rows("select * from marts.ledger_events")
    assert event["waits_for_its_day"] and due(builder) == {}


def test_what_belongs_to_a_closed_day_is_entered_on_the_first_open_one_and_says_so(builder: Builder) -> None:
    shop.land_paid(builder.sql, example())
    builder.build(LEDGER)
    books.post(builder)
    shop.land(builder.sql, "odoo__res_company", {"1": books.company(fiscalyear_lock_date="2026-11-05")})
    shop.land_paid(builder.sql, example(province="NS"), example(2))
    builder.build(LEDGER)
    entries = due(builder)
    assert str(entries["woocommerce_order_1"]["entry_date"]) == "2026-11-01", "the old entry is never touched"
    for key in ("woocommerce_order_1__reversal_1", "woocommerce_order_1__2", "woocommerce_order_2"):
        assert str(entries[key]["entry_date"]) == "2026-11-06"
        assert "belongs to 2026-11-01, which is locked" in entries[key]["payload"]["ref"]
    # unlocked again: what has not gone out yet is dated where it belongs
    shop.land(builder.sql, "odoo__res_company", {"1": books.company()})
    builder.build(LEDGER)
    assert str(due(builder)["woocommerce_order_2"]["entry_date"]) == "2026-11-01"


def test_another_mapping_holds_for_what_is_posted_from_then_on(builder: Builder) -> None:
    shop.land_paid(builder.sql, example())
    builder.build(LEDGER)
    books.post(builder)
    builder.sql.execute("update settings.accounts set account_code = '499999' where role = 'sales'")
    builder.sql.commit()
    shop.land_paid(builder.sql, example(2))
    builder.build(LEDGER)
    entries = due(builder)
    assert set(entries) == {"woocommerce_order_1", "woocommerce_order_2"}
    assert "499999" in str(entries["woocommerce_order_2"]["payload"])


def test_a_role_without_an_account_holds_the_entry_and_is_named(builder: Builder) -> None:
    builder.sql.execute("delete from settings.accounts where role = 'shipping_revenue'")
    shop.land_paid(builder.sql, example())
    builder.build(LEDGER)
    [entry] = due(builder).values()
    assert entry["hold_class"] == "mapping_missing"
    assert "No account for shipping_revenue" in entry["hold_reason"]


def test_an_entry_changed_by_hand_is_named_and_left_alone(builder: Builder) -> None:
    shop.land_paid(builder.sql, example(), example(2))
    builder.build(LEDGER, "+reconciliation_orders")
    books.post(builder)
    builder.build(LEDGER, "+reconciliation_orders")
    assert builder.rows("select * from marts.reconciliation_ledger where state <> 'agrees'") == []
    assert {row["state"] for row in builder.rows("select state from marts.reconciliation_orders")} == {
        "agrees"
    }
    books.found_in_odoo(builder, "woocommerce_order_1", change=("411100", Decimal("-90.00")))
    books.found_in_odoo(builder, "woocommerce_order_2")
    builder.build(LEDGER, "+reconciliation_orders")
    [wrong] = builder.rows("select * from marts.reconciliation_ledger where state <> 'agrees'")
    assert wrong["record_key"] == "woocommerce_order_1" and wrong["difference"] == Decimal("10.00")
    assert "account 411100 has -90.00 where -100.00 was posted" in wrong["cause"]
    assert set(due(builder)) == {"woocommerce_order_1", "woocommerce_order_2"}, "nothing is written over it"
    states = builder.rows("select order_number, state from marts.reconciliation_orders order by 1")
    assert [row["state"] for row in states] == ["differs", "agrees"]
