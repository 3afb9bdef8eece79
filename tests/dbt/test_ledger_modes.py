"""An entry for each event, or one for each day, channel and province: the books are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connections.connection import Connection
from runtime.server import Server
from tests.conftest import MODULE_WAREHOUSE
from tests.dbt import books, shop
from tests.dbt.conftest import Builder

LEDGER = "+out_odoo__ledger_entries"


@pytest.fixture
def open_books(
    postgres: Server, make_warehouse: Callable[..., Connection], dbt_home: Path
) -> Callable[[str], AbstractContextManager[Builder]]:
    """Makes a builder over a warehouse of its own, in a mode. One after the other: all bear the same name."""

    @contextmanager
    def open_builder(mode: str) -> Iterator[Builder]:
        builder = Builder(make_warehouse(MODULE_WAREHOUSE))
        shop.settle(builder.sql)
        set_mode(builder, mode)
        yield builder
        builder.sql.close()
        postgres.drop_database(MODULE_WAREHOUSE)

    return open_builder


def set_mode(builder: Builder, mode: str) -> None:
    """As a changed settings file does: the next build looks at everything."""
    builder.sql.execute("update settings.ledger set mode = %s", [mode])
    builder.sql.execute("update sync.builds set status = 'failed'")
    builder.sql.commit()


def trade(builder: Builder, *numbers: int) -> None:
    """Orders of two days and three provinces, some with a discount, some paid at the door."""
    made = []
    for number in numbers:
        when = shop.FIRST_DAY + timedelta(days=number % 2, minutes=number)
        given = {"method": "cod" if number % 4 == 0 else "stripe", "fee": "3.00", "created_at": when}
        discount = "5.00" if number % 5 == 0 else "0.00"
        made.append(shop.order(number, province=("ON", "QC", "AB")[number % 3], discount=discount, **given))
    shop.land_paid(builder.sql, *made)


def build_and_post(builder: Builder) -> list[str]:
    builder.build(LEDGER)
    return books.post(builder)


def test_both_modes_reach_the_same_trial_balance_and_a_switch_posts_nothing_twice(
    open_books: Callable[[str], AbstractContextManager[Builder]],
) -> None:
    with open_books("per_order") as each:
        trade(each, *range(1, 14))
        assert len(build_and_post(each)) == 13
        balances = books.balances(each)
        assert balances != {}
        [lines] = each.rows(
            "select payload -> 'lines' as lines from sync.writes where key = 'woocommerce_order_4'"
        )

    with open_books("daily") as daily:
        trade(daily, *range(1, 14))
        summaries = build_and_post(daily)
        assert all(key.startswith("summary_2026-11-0") for key in summaries) and len(summaries) == 6
        assert books.balances(daily) == balances

        # an order edited in a summary: all of it is reversed and posted anew; today's waits for the day's end
        now = datetime.now(UTC)
        edited = shop.order(4, province="QC", status="cancelled", method="cod")
        shop.land(daily.sql, "woocommerce__orders", {"4": edited})
        cheque = shop.order(99, created_at=now, paid_at=now, method="cheque")
        shop.land(daily.sql, "woocommerce__orders", {"99": cheque}, extracted_at=now)
        assert sorted(build_and_post(daily)) == [
            "summary_2026-11-01_web_QC__2",
            "summary_2026-11-01_web_QC__reversal_1",
        ]
        without = dict(balances)
        for line in lines["lines"]:
            without[line["role"]] -= Decimal(line["debit"]) - Decimal(line["credit"])
        assert books.balances(daily) == {role: amount for role, amount in without.items() if amount}
        [waiting] = daily.rows("select event_id from marts.ledger_events where waits_for_its_day")
        assert waiting["event_id"] == "woocommerce_order_99"

    with open_books("per_order") as switched:
        trade(switched, *range(1, 7))
        assert len(build_and_post(switched)) == 6
        set_mode(switched, "daily")
        trade(switched, *range(7, 10))
        assert sorted(build_and_post(switched)) == [
            "summary_2026-11-01_web_AB",
            "summary_2026-11-02_web_ON",
            "summary_2026-11-02_web_QC",
        ]
        # the last is late for a summary that is in the books, and has one of its own
        trade(switched, *range(10, 14))
        assert "summary_2026-11-02_web_QC_2" in build_and_post(switched)
        set_mode(switched, "per_order")
        assert build_and_post(switched) == []
        assert books.balances(switched) == balances
