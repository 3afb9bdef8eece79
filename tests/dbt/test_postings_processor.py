"""From the card to the bank: every movement of Stripe's balance is booked once, to the cent, and proved."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from tests.dbt import shop, stripe_money
from tests.dbt.conftest import Builder
from tests.dbt.stripe_money import movement
from tests.dbt.stripe_story import MODELS, example, tell

pytestmark = pytest.mark.timeout(900)

Lines = dict[str, Decimal]


@pytest.fixture(scope="module")
def told(builder: Builder) -> Builder:
    """The whole story of tests/dbt/stripe_story.py."""
    tell(builder)
    return builder


def entries(builder: Builder, *event_ids: str) -> dict[str, Lines]:
    """The lines of these events by role, debit above zero."""
    found: dict[str, Lines] = {each: defaultdict(Decimal) for each in event_ids}
    for row in builder.rows(
        "select event_id, role, debit_amount - credit_amount as amount from marts.ledger_lines_due"
        " where event_id = any(%s)",
        [list(event_ids)],
    ):
        found[row["event_id"]][row["role"]] += row["amount"]
    return {event: dict(lines) for event, lines in found.items()}


def money(**roles: str) -> Lines:
    """Amounts by role; a double underscore stands for the dot."""
    return {role.replace("__", "."): Decimal(amount) for role, amount in roles.items()}


def test_a_payout_goes_from_clearing_to_the_bank(told: Builder) -> None:
    assert entries(told, "stripe_payout_po_1", "stripe_payout_po_10", "stripe_payout_po_11") == {
        "stripe_payout_po_1": money(bank_suspense="122.59", clearing__stripe="-122.59"),
        "stripe_payout_po_10": money(bank_suspense="-45.20", clearing__stripe="45.20"),
        "stripe_payout_po_11": money(bank_suspense="10.00", clearing__stripe="-10.00"),
    }
    [day] = told.rows(
        "select distinct posting_date from marts.ledger_lines_due where event_id = 'stripe_payout_po_1'"
    )
    assert day["posting_date"] == date(2026, 11, 5), "Stripe's day, not the evening before it in Toronto"
    [left] = told.rows(
        "select sum(debit_amount - credit_amount) as amount from marts.ledger_lines_due"
        " where role = 'clearing.stripe' and event_id in ('woocommerce_order_1', 'stripe_payout_po_1')"
    )
    assert left["amount"] == 0, "the clearing account returns to zero"


def test_a_payout_waits_with_its_reason(told: Builder) -> None:
    waiting = told.rows(
        "select payout_id_stripe as id, ledger_wait_reason as reason from marts.payouts"
        " where not is_ledger_due"
    )
    assert {row["id"]: row["reason"] for row in waiting} == {
        "po_8": "not arrived yet",
        "po_9": "it failed",
        "po_20": "its transactions add up to 122.59, not to 122.58",
        "po_25": "no rate for EUR on 2026-11-01",
    }


def test_a_dispute_is_booked_state_by_state(told: Builder) -> None:
    opened = money(disputes_receivable="126.56", dispute_fees="20.00", clearing__stripe="-146.56")
    assert entries(
        told, *(f"stripe_dispute_du_{n}_{what}" for n in (2, 3, 4, 5) for what in ("opened", "won", "lost"))
    ) == {
        "stripe_dispute_du_2_opened": opened,
        "stripe_dispute_du_2_won": {},
        "stripe_dispute_du_2_lost": {},
        "stripe_dispute_du_3_opened": opened,
        "stripe_dispute_du_3_won": money(
            clearing__stripe="146.56", disputes_receivable="-126.56", dispute_fees="-20.00"
        ),
        "stripe_dispute_du_3_lost": {},
        "stripe_dispute_du_4_opened": opened,
        "stripe_dispute_du_4_won": {},
        "stripe_dispute_du_4_lost": money(chargeback_loss="126.56", disputes_receivable="-126.56"),
        "stripe_dispute_du_5_opened": {},
        "stripe_dispute_du_5_won": {},
        "stripe_dispute_du_5_lost": {},
    }
    rows = told.rows("select * from marts.disputes order by dispute_id")
    assert [row["state"] for row in rows] == ["open", "won", "lost", "warning"]
    assert [row["order_id"] for row in rows] == [f"woocommerce:{n}" for n in (2, 3, 4, 5)]
    assert rows[0]["days_left"] == -5, "due on the 16th, read on the 21st"
    assert rows[2]["days_left"] is None and rows[2]["closed_date"] == date(2026, 11, 21)


def test_a_gift_card_is_a_tender_beside_the_card(told: Builder) -> None:
    tenders = told.rows(
        "select payment_id, amount from marts.payments where order_id = 'woocommerce:6' order by payment_id"
    )
    assert [(row["payment_id"], row["amount"]) for row in tenders] == [
        ("stripe:ch_6", Decimal("76.56")),
        ("woocommerce:6:gift_card:1", Decimal("50.00")),
    ]
    sale = entries(told, "woocommerce_order_6")["woocommerce_order_6"]
    assert sale["gift_cards"] == 50 and sale["clearing.stripe"] == Decimal("76.56") - Decimal("2.52")
    assert told.rows("select * from marts.quarantine where order_id = 'woocommerce:6' and blocks_order") == []


def test_what_the_exchange_rate_made_is_booked_with_the_payout(told: Builder) -> None:
    """126.56 USD at the day's 1.37 is 173.39; Stripe changed it at 1.36 into 172.12, and kept 5.29."""
    assert told.rows("select * from marts.quarantine where order_id = 'woocommerce:7' and blocks_order") == []
    found = entries(told, "woocommerce_order_7", "stripe_payout_po_7")
    assert found["woocommerce_order_7"]["clearing.stripe"] == Decimal("168.10")
    assert found["stripe_payout_po_7"] == money(
        bank_suspense="166.83", clearing__stripe="-168.10", fx_gain_loss="1.27"
    )


def test_everything_else_that_moves_the_balance_is_booked(told: Builder) -> None:
    assert entries(
        told,
        "stripe_fee_txn_fee", "stripe_fee_txn_99", "stripe_fee_txn_taxed", "stripe_transaction_txn_99",
        "stripe_transaction_txn_reserve", "stripe_transaction_txn_odd",
    ) == {
        "stripe_fee_txn_fee": money(merchant_fees="5.00", clearing__stripe="-5.00"),
        "stripe_fee_txn_99": money(merchant_fees="3.97", clearing__stripe="-3.97"),
        "stripe_transaction_txn_99": money(clearing__stripe="126.56", suspense="-126.56"),
        "stripe_transaction_txn_reserve": {
            "clearing.stripe": Decimal("-30.00"), "clearing.stripe.reserve": Decimal("30.00")
        },
        "stripe_transaction_txn_odd": money(clearing__stripe="12.34", suspense="-12.34"),
        "stripe_fee_txn_taxed": {
            "merchant_fees": Decimal("10.00"), "tax_recoverable.HST.ON": Decimal("1.30"),
            "clearing.stripe": Decimal("-11.30"),
        },
    }  # fmt: skip
    titles = told.rows(
        "select distinct title from marts.ledger_lines_due where event_id = 'stripe_transaction_txn_odd'"
    )
    assert titles == [{"title": "Stripe transaction txn_odd of a type that nobody knows (anticipation)"}]
    [alert] = told.rows("select * from marts.quarantine where check_name = 'unknown_type'")
    assert alert["record_key"] == "txn_odd" and not alert["blocks_order"]


def test_faults_are_named_where_they_are_and_nowhere_else(told: Builder) -> None:
    wrong = {
        row["reconciliation_id"]: row["cause"]
        for name in ("payments", "payouts", "clearing")
        for row in told.rows(f"select * from marts.reconciliation_{name} where state = 'differs'")
    }
    assert wrong == {
        "payment:stripe:ch_21": "Stripe's balance has no transaction for the charge",
        "payment:stripe:ch_22": "the charge's balance transaction has no fee",
        "payment:stripe:ch_99": "the charge belongs to no order",
        "refund:woocommerce:23": (
            "Stripe gave back the same amount 2 times (re_23a, re_23b), the shop has 1 of it"
        ),
        "payout:stripe:po_20:transactions": "Stripe paid out 0.01 less than its transactions come to",
        "payout:stripe:po_24:bank": "the bank has 122.58 on 2026-11-17",
    }


def test_what_is_open_has_its_cause_and_age(told: Builder) -> None:
    found = {
        row["reconciliation_id"]: (row["cause"], row["age_days"])
        for name in ("payouts", "clearing")
        for row in told.rows(f"select * from marts.reconciliation_{name} where state = 'open'")
    }
    assert found.pop("clearing:total:stripe")[0].endswith("open")
    assert found == {
        "payout:stripe:po_8:bank": ("not arrived yet", 0),
        "payout:stripe:po_8:entry": ("not arrived yet", 0),
        "payout:stripe:po_20:entry": ("its transactions add up to 122.59, not to 122.58", 11),
        "payout:stripe:po_25:entry": ("no rate for EUR on 2026-11-01", 15),
        "clearing:payout:stripe:po_25": ("no rate for EUR on 2026-11-01", 18),
        "clearing:woocommerce:25": ("its amount, fee or rate is not known yet", 20),
        "clearing:payout:stripe:po_8": ("not arrived yet", 2),
        "clearing:payout:stripe:po_9": ("it failed, and its money is not back in the balance yet", 18),
        "clearing:payout:stripe:po_20": ("its transactions add up to 122.59, not to 122.58", 14),
        "clearing:woocommerce:22": ("its amount, fee or rate is not known yet", 20),
    }


def test_the_clearing_account_is_what_stripe_still_owes(told: Builder) -> None:
    [total] = told.rows("select * from marts.reconciliation_clearing where record_key = 'stripe'")
    [items] = told.rows(
        "select sum(debit_amount - credit_amount) as amount from marts.ledger_lines_due"
        " where role = 'clearing.stripe'"
    )
    assert total["expected_amount"] == items["amount"]


def test_each_line_of_the_bank_is_one_payout(told: Builder) -> None:
    matched = told.rows("select payout_id_stripe, matched_by from intermediate.int_payouts_banked order by 1")
    assert {row["payout_id_stripe"]: row["matched_by"] for row in matched} == {
        "po_1": "payout id",
        "po_10": "amount",
        "po_11": "payout id",
        "po_20": "amount",
        "po_24": "day",
        "po_25": "payout id",
        "po_7": "amount",
    }


def test_a_payout_that_fails_after_it_arrived_is_taken_back(told: Builder) -> None:
    [before] = told.rows("select is_posted from marts.ledger_events where event_id = 'stripe_payout_po_1'")
    assert before["is_posted"]
    first = shop.balance_transaction(shop.charge(example(1)))
    stripe_money.pay_out(told.sql, "po_1", [first], arrives=date(2026, 11, 5), status="failed")
    stripe_money.move(told.sql, movement("txn_back", "payout_failure", 12259, source="po_1"))
    told.build(*MODELS)
    assert entries(told, "stripe_payout_po_1") == {"stripe_payout_po_1": {}}
    reversal = told.rows(
        "select write_key from outbound.out_odoo__ledger_entries"
        " where write_key = 'stripe_payout_po_1__reversal_1'"
    )
    assert reversal
    assert (
        told.rows(
            "select * from marts.reconciliation_clearing"
            " where record_key = 'payout:stripe:po_1' and state <> 'agrees'"
        )
        == []
    )


def test_increments_equal_a_rebuild(told: Builder) -> None:
    names = (
        "balance_transactions", "payouts", "disputes", "payments", "reconciliation_payments",
        "reconciliation_payouts", "reconciliation_clearing", "ledger_lines_due",
    )  # fmt: skip
    in_steps = {name: told.content(f"marts.{name}") for name in names}
    told.build(*MODELS, full_refresh=True)
    for name, content in in_steps.items():
        assert told.content(f"marts.{name}") == content, name


def test_a_bank_that_is_read_from_files_gets_the_payout_itself(told: Builder) -> None:
    told.sql.execute("update settings.ledger set bank_lines = 'file'")
    told.build(*MODELS)
    assert entries(told, "stripe_payout_po_10") == {
        "stripe_payout_po_10": money(bank="-45.20", clearing__stripe="45.20")
    }
