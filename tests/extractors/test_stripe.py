"""Stripe's own traps: changes without a time of change, payouts and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from extractors import stripe
from sandbox import World


@pytest.fixture
def account() -> Iterator[World]:
    with sandbox.serve(orders=400, systems=("woocommerce", "stripe")) as world:
        yield world


def test_an_older_charge_that_is_refunded_is_read_anew(
    account: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    lands(account, "stripe")
    before = everything(warehouse, "stripe")["charges"]
    account.trade_hour()
    counts = lands(account, "stripe")["charges"]
    after = everything(warehouse, "stripe")["charges"]
    refunded = [key for key, charge in after.items() if key in before and charge != before[key]]
    assert refunded
    assert all(after[key]["amount_refunded"] > before[key]["amount_refunded"] for key in refunded)
    assert counts.requests < 12, "only what events name is read again"


def test_a_first_reading_goes_on_where_it_broke_off(
    account: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    account.fault("stripe", "503_html", times=-1, path="/v1/charges.*starting_after")
    with pytest.raises(Exception, match="HTTP 503"):
        lands(account, "stripe")
    first = everything(warehouse, "stripe")["charges"]
    assert len(first) == stripe.PER_PAGE
    account.clear_faults()
    account.trade_hour()
    lands(account, "stripe")
    lands(account, "stripe")
    assert len(everything(warehouse, "stripe")["charges"]) == account.truth["stripe"]["charges_count"]


def test_every_payout_is_the_sum_of_its_transactions(
    account: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    lands(account, "stripe")
    account.trade_hour()
    lands(account, "stripe")
    landed = everything(warehouse, "stripe")
    sums: dict[str, int] = {}
    for link in landed["payout_balance_transactions"].values():
        transaction = landed["balance_transactions"][link["balance_transaction"]]
        if transaction["type"] != "payout":
            sums[link["payout"]] = sums.get(link["payout"], 0) + transaction["net"]
    assert sums
    assert sums == {key: payout["amount"] for key, payout in landed["payouts"].items()}
