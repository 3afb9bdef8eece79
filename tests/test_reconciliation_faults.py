"""Faults that a shop meets, each on a record of its own: the reconciliation names them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from connections.connection import Connection
from connections.odoo import Odoo
from connections.warehouse import session
from counterflow import reconcile
from sandbox import World
from tests.synced import Synced

Row = dict[str, Any]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def world(in_step: Synced) -> Iterator[World]:
    """In step: synced twice, so that what was posted has been read back from the books."""
    with in_step.in_environment():
        yield in_step.world


@pytest.fixture(scope="module")
def find(in_step: Synced) -> Callable[..., list[Row]]:
    return in_step.rows


@pytest.fixture(scope="module")
def known(world: World, find: Any) -> set[str]:
    """What is open in the world as it is, before anything is done to it; nothing differs."""
    items = find("select reconciliation_id, state from marts.reconciliation_items")
    assert {item["state"] for item in items} <= {"open"}
    return {item["reconciliation_id"] for item in items}


@pytest.fixture(scope="module")
def faults(in_step: Synced, world: World, known: set[str], find: Any) -> dict[str, Any]:
    """Five faults on five records that have nothing to do with one another, and a sync that meets them."""
    orders = iter(
        find(
            """
            select orders.order_id, postings.write_key, postings.ledger_entry_id
            from marts.orders as orders
            inner join marts.ledger_postings as postings
                on postings.write_key = 'woocommerce_order_' || orders.order_id_woocommerce
            where not exists (select from marts.refunds where refunds.order_id = orders.order_id)
            order by orders.order_id
            """
        )
    )
    changed = next(orders)
    [payout] = find("select * from marts.payouts order by arrival_date desc limit 1")
    [refund] = find(
        "select * from marts.refunds where refund_id_stripe is not null order by refund_id limit 1"
    )
    # a sale whose fee Stripe does not tell
    new_orders = {str(number) for number in world.trade_hour()["web_orders"]}
    stripe: Any = world.stand_ins["stripe"]
    charges = world.call(lambda: [stripe.store.get("charge", identity) for identity in charge_ids(stripe)])
    without_fee = next(
        charge
        for charge in charges
        if charge["status"] == "succeeded" and charge["metadata"].get("order_id") in new_orders
    )
    world.distort("stripe", "balance_transaction", without_fee["balance_transaction"], "fee")
    # a payout short by a cent
    world.distort("stripe", "payout", payout["payout_id_stripe"], amount=int(payout["amount"] * 100) - 1)
    # a refund made twice
    world.act("stripe", "double_refund", refund["refund_id_stripe"])
    # an entry whose sales were moved to another account by hand, and one made by hand on the clearing account
    with Odoo(Connection.from_env("odoo")) as odoo:
        change_entry(odoo, int(changed["ledger_entry_id"].removeprefix("odoo:")))
        by_hand = make_entry(odoo)
    in_step.sync("faults")
    return {
        "changed": changed,
        "payout": payout,
        "refund": refund,
        "charge": without_fee["id"],
        "by_hand": by_hand,
    }


def charge_ids(stripe: Any) -> list[str]:
    line = stripe.store.lines["charge"]
    return [stripe.store.id_at("charge", place) for place in line.ids(0, len(line))]


def change_entry(odoo: Odoo, move: int) -> None:
    """As an accountant would: back to draft, another account for the sales, posted again."""
    accounts = account_ids(odoo)
    [line] = odoo.read(
        "account.move.line",
        "search_read",
        domain=[["move_id", "=", move], ["account_id", "=", accounts["411110"]]],
        fields=["id"],
    )
    odoo.write("account.move", "button_draft", ids=[move])
    odoo.write("account.move.line", "write", ids=[line["id"]], vals={"account_id": accounts["411240"]})
    odoo.write("account.move", "action_post", ids=[move])


def make_entry(odoo: Odoo) -> str:
    """25.00 from sales to the clearing account; its number."""
    accounts = account_ids(odoo)
    lines = [
        (0, 0, {"account_id": accounts["111510"], "debit": 25.0, "credit": 0.0, "name": "?"}),
        (0, 0, {"account_id": accounts["411110"], "debit": 0.0, "credit": 25.0, "name": "?"}),
    ]
    vals = {"move_type": "entry", "date": "2026-11-23", "line_ids": lines}
    [move] = odoo.write("account.move", "create", vals_list=[vals])
    odoo.write("account.move", "action_post", ids=[move])
    [made] = odoo.read("account.move", "search_read", domain=[["id", "=", move]], fields=["name"])
    return str(made["name"])


def account_ids(odoo: Odoo) -> dict[str, int]:
    found = odoo.read("account.account", "search_read", domain=[], fields=["id", "code"])
    return {row["code"]: row["id"] for row in found}


@pytest.fixture(scope="module")
def named(faults: dict[str, Any], known: set[str], find: Any) -> list[Row]:
    """What the reconciliation names that it did not name before."""
    items = find("select * from marts.reconciliation_items order by reconciliation_id")
    return [item for item in items if item["reconciliation_id"] not in known]


def test_each_fault_is_named_and_nothing_else(faults: dict[str, Any], named: list[Row], find: Any) -> None:
    records = {
        ("payment", f"stripe:{faults['charge']}"),
        ("payout", f"stripe:{faults['payout']['payout_id_stripe']}"),
        ("refund", faults["refund"]["order_id"]),
        ("ledger", faults["changed"]["write_key"]),
        ("foreign", faults["by_hand"]),
    }
    # the clearing account's items are the same records, as they stand in Stripe's balance
    others = {(item["subject"], item["record_key"]) for item in named if item["subject"] != "clearing"}
    # a payout that the hour of trade set on its way is no fault: it is open until it arrives
    under_way = {
        row["payout_id"] for row in find("select payout_id from marts.payouts where status <> 'paid'")
    }
    assert others - {("payout", payout_id) for payout_id in under_way} == records
    payouts = under_way | {f"stripe:{faults['payout']['payout_id_stripe']}"}
    orders = {item["order_id"] for item in named if item["subject"] in ("payment", "refund")}
    cleared = {item["record_key"] for item in named if item["subject"] == "clearing"}
    assert cleared <= orders | {f"payout:{payout_id}" for payout_id in payouts}
    assert all(item["cause"] and item["age_days"] >= 0 for item in named)


def test_the_missing_fee(faults: dict[str, Any], named: list[Row], find: Any) -> None:
    [payment] = [item for item in named if item["subject"] == "payment"]
    assert payment["cause"] == "the charge's balance transaction has no fee"
    assert payment["state"] == "open", "Stripe may still tell it today"
    [order] = find("select * from marts.orders where order_id = %s", payment["order_id"])
    assert order["ledger_wait_reason"] == "Stripe's fee is not known yet"


def test_the_payout_that_is_short_by_a_cent(faults: dict[str, Any], named: list[Row]) -> None:
    parts = {
        item["reconciliation_id"].rsplit(":", 1)[-1]: item
        for item in named
        if item["record_key"] == f"stripe:{faults['payout']['payout_id_stripe']}"
    }
    assert parts["transactions"]["state"] == "differs"
    assert parts["transactions"]["difference"] == Decimal("-0.01")
    assert parts["transactions"]["cause"] == "Stripe paid out 0.01 less than its transactions come to"


def test_the_refund_that_was_made_twice(faults: dict[str, Any], named: list[Row]) -> None:
    [refund] = [item for item in named if item["subject"] == "refund"]
    assert "gave back the same amount 2 times" in refund["cause"]
    assert refund["difference"] == -faults["refund"]["amount"]


def test_the_entry_that_was_changed_by_hand(faults: dict[str, Any], named: list[Row], find: Any) -> None:
    [entry] = [item for item in named if item["subject"] == "ledger"]
    assert entry["state"] == "differs"
    assert "was changed in the books: account 411110 has 0" in entry["cause"]
    assert "account 411240 has" in entry["cause"]
    [order] = find(
        "select * from marts.reconciliation_orders where order_id = %s", faults["changed"]["order_id"]
    )
    assert order["state"] == "differs", "and it is told once, with the entry"


def test_the_entry_that_was_made_by_hand(faults: dict[str, Any], named: list[Row]) -> None:
    [entry] = [item for item in named if item["subject"] == "foreign"]
    assert (entry["found_amount"], entry["state"]) == (Decimal("25.00"), "differs")
    assert "made in the books by hand on account 111510" in entry["cause"]


def test_the_number_counts_each_record_that_differs_once(
    faults: dict[str, Any], named: list[Row], find: Any
) -> None:
    [entry] = [item for item in named if item["subject"] == "ledger"]
    with session() as warehouse:
        difference = reconcile.reconciliation_difference(warehouse)
    assert difference == entry["difference"] + Decimal("25.00") + Decimal("0.01")
    said: list[str] = []
    assert not reconcile.print_reconciliation(show_all=True, say=said.append)
    assert said[-1].strip() == f"reconciliation difference: {difference:,.2f}"
    for item in named:
        assert any(item["record_key"] in line and item["cause"] in line for line in said)
    # the clearing account as a whole shows what was put there by hand
    [total] = find(
        "select * from marts.reconciliation_totals where reconciliation_id = 'clearing:total:books'"
    )
    assert (total["state"], total["difference"]) == ("differs", Decimal("-25.00"))
