"""Payouts, whatever moved the balance: the compiled models against plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dbt.compiled import insert, rebuild, selects
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(900)

# In the order in which each rests on those before it.
MODELS = (
    "int_stripe_transactions_traced",
    "int_stripe_disputes_traced",
    "int_stripe_payouts_totaled",
    "int_payouts_posted",
    "int_processor_fees_posted",
    "int_adjustments_posted",
    "int_disputes_posted",
    "payouts",
    "int_payouts_banked",
)
POSTINGS = (
    "int_payouts_posted",
    "int_processor_fees_posted",
    "int_adjustments_posted",
    "int_disputes_posted",
)
# type and category of each kind, and whether money comes in
KINDS = {
    "charge": ("charge", "charge"),
    "refund": ("refund", "refund"),
    "fee": ("stripe_fee", "fee"),
    "dispute": ("adjustment", "dispute"),
    "reversal": ("adjustment", "dispute_reversal"),
    "reserve": ("reserve_transaction", "risk_reserved_funds"),
    "unknown": ("anticipation", "other_adjustment"),
}
FIRST_DAY = date(2026, 11, 2)


@dataclass(frozen=True)
class Moved:
    """A movement in cents; payout: which payout pays it out, None: none so far."""

    kind: str
    amount: int
    fee: int
    payout: int | None


@dataclass(frozen=True)
class World:
    """statuses of the payouts, what each pays too much, and the bank's lines: day, cents, named payout."""

    moved: tuple[Moved, ...]
    statuses: tuple[str, ...]
    wrong: tuple[int, ...]
    bank: tuple[tuple[int, int, int | None], ...]

    def paid_out(self, payout: int) -> int:
        """What the payout's transactions come to, in cents."""
        return sum(each.amount - each.fee for each in self.moved if each.payout == payout)

    def is_booked(self, payout: int) -> bool:
        """It arrived, and is the sum of its transactions."""
        has_any = any(each.payout == payout for each in self.moved)
        return (
            has_any
            and self.statuses[payout] == "paid"
            and self.wrong[payout] == 0
            and self.paid_out(payout) != 0
        )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    count = draw(st.integers(1, 4))
    payout = st.one_of(st.none(), st.integers(0, count - 1))
    moved = draw(
        st.lists(
            st.builds(
                Moved,
                st.sampled_from(sorted(KINDS)),
                st.integers(-20_000, 20_000),
                st.integers(-500, 2_000),
                payout,
            ),
            max_size=14,
        ).map(tuple)
    )
    statuses = draw(st.tuples(*[st.sampled_from(("paid", "paid", "paid", "in_transit", "failed"))] * count))
    wrong = draw(st.tuples(*[st.sampled_from((0, 0, 0, 1, -1))] * count))
    world = World(moved, statuses, wrong, ())
    amounts = [world.paid_out(number) + wrong[number] for number in range(count)]
    line = st.tuples(st.integers(-6, 9), st.sampled_from([*amounts, 12_345]), payout)
    return World(moved, statuses, wrong, draw(st.lists(line, max_size=6).map(tuple)))


@pytest.fixture(scope="module")
def compiled(builder: Builder) -> dict[str, str]:
    """The SQL of a first build, which looks at every row, by model."""
    builder.build(*(f"+{model}" for model in MODELS), full_refresh=True)
    return selects(MODELS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
@example(world=World((Moved("reversal", 1, 0, None),), ("paid",), (0,), ()))  # taken before we read
def test_the_clearing_account_holds_what_is_not_paid_out(
    builder: Builder, compiled: Mapping[str, str], world: World
) -> None:
    with builder.sql.transaction(force_rollback=True):
        _describe(builder.sql, world)
        rebuild(builder.sql, compiled)
        lines = [
            row
            for name in POSTINGS
            for row in builder.sql.execute(f"select * from intermediate.{name}".encode())
        ]
        payouts = {row["payout_id_stripe"]: row for row in builder.sql.execute("select * from marts.payouts")}
        banked = builder.sql.execute("select * from intermediate.int_payouts_banked").fetchall()

    events: dict[str, Decimal] = {}
    for row in lines:
        events[row["event_id"]] = events.get(row["event_id"], Decimal(0)) + row["amount"]
    assert set(events.values()) <= {Decimal(0)}, "each event balances"
    assert not [row for row in lines if row["role"] == "fx_gain_loss"], (
        "nothing was changed, nothing is gained"
    )

    booked = [number for number in range(len(world.statuses)) if world.is_booked(number)]
    posted = {row["event_id"] for row in lines if row["event_kind"] == "payout"}
    assert posted == {f"stripe_payout_po_{number}" for number in booked}
    left = sum(each.amount - each.fee for each in world.moved if each.payout not in booked)
    clearing = sum((row["amount"] for row in lines if row["role"] == "clearing.stripe"), Decimal(0))
    assert clearing * 100 == left

    for number, wrong in enumerate(world.wrong):
        row = payouts[f"po_{number}"]
        if row["transaction_count"]:
            assert row["difference"] * 100 == wrong
        assert (row["ledger_wait_reason"] is None) == (number in booked)

    assert len({row["bank_line_id"] for row in banked}) == len(banked), "no line is two payouts"
    for row in banked:
        _, _, named = world.bank[int(row["bank_line_id"])]
        payout = payouts[row["payout_id_stripe"]]
        assert payout["status"] != "failed"
        if row["matched_by"] == "payout id":
            assert row["payout_id_stripe"] == f"po_{named}"
        else:
            assert named is None and abs((row["bank_date"] - payout["arrival_date"]).days) <= 4
        if row["matched_by"] == "amount":
            assert row["amount"] == payout["amount"]
    taken = {int(row["bank_line_id"]) for row in banked}
    for number, payout in ((int(key[3:]), row) for key, row in payouts.items()):
        if payout["status"] == "failed" or payout["payout_id_stripe"] in {
            each["payout_id_stripe"] for each in banked
        }:
            continue
        missed = [
            place
            for place, (day, cents, named) in enumerate(world.bank)
            if place not in taken
            and (
                named == number
                or (named is None and Decimal(cents) / 100 == payout["amount"] and abs(day - number) <= 4)
            )
        ]
        assert not missed, "a line that fits is not left over"


def _describe(warehouse: psycopg.Connection[Any], world: World) -> None:
    """The world stands in the tables that the models rest on."""
    noon = datetime(2026, 11, 1, 17, tzinfo=UTC)
    for place, each in enumerate(world.moved):
        kind, category = KINDS[each.kind]
        transaction = {
            "balance_transaction_id_stripe": f"txn_{place}",
            "source_id_stripe": f"{each.kind}_{place}",
            "transaction_type": kind,
            "reporting_category": category,
            "currency": "CAD",
            "amount": Decimal(each.amount) / 100,
            "fee_amount": Decimal(each.fee) / 100,
            "fee_tax_amount": 0,
            "net_amount": Decimal(each.amount - each.fee) / 100,
            "created_at": noon,
            "is_deleted": False,
            "problems": [],
        }
        insert(warehouse, "staging", "stg_stripe__balance_transactions", [transaction])
        if each.payout is not None:
            link = {
                "payout_balance_transaction_key": f"po_{each.payout}:txn_{place}",
                "payout_id_stripe": f"po_{each.payout}",
                "balance_transaction_id_stripe": f"txn_{place}",
                "is_deleted": False,
            }
            insert(warehouse, "staging", "stg_stripe__payout_balance_transactions", [link])
    for number, status in enumerate(world.statuses):
        day = FIRST_DAY + timedelta(days=number)
        payout = {
            "payout_id_stripe": f"po_{number}",
            "currency": "CAD",
            "status_stripe": status,
            "reconciliation_status": "completed",
            "amount": Decimal(world.paid_out(number) + world.wrong[number]) / 100,
            "created_at": noon,
            "arrives_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
            "is_deleted": False,
            "problems": [],
        }
        insert(warehouse, "staging", "stg_stripe__payouts", [payout])
    for place, (day, cents, named) in enumerate(world.bank):
        line = {
            "bank_line_id": str(place),
            "source": "odoo",
            "bank_date": FIRST_DAY + timedelta(days=day),
            "amount": Decimal(cents) / 100,
            "currency": "CAD",
            "description": "STRIPE" if named is None else f"STRIPE PO_{named}",
            "is_counted": True,
            "is_deleted": False,
        }
        insert(warehouse, "marts", "bank_lines", [line])
