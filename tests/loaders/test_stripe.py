"""Captures, voids and refunds at the Stripe stand-in, over HTTP, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Misconfigured
from connections.warehouse import session
from tests.contract.conftest import connection_of
from tests.loaders.cards import Cards, capture, refund, void


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    """Stripe alone; every test makes its own payments there."""
    with sandbox.serve(orders=5, seed=7, systems=("stripe",)) as running:
        yield running


@pytest.fixture
def cards(world: sandbox.World, warehouse: Connection) -> Iterator[Cards]:
    yield Cards(connection_of("stripe", world.connections["stripe"]), warehouse)
    world.clear_faults()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client waits longer than half a second for an answer."""
    original = httpx.Client.__init__

    def impatient(self: httpx.Client, **options: Any) -> None:
        original(self, **{**options, "timeout": httpx.Timeout(0.5)})

    monkeypatch.setattr(httpx.Client, "__init__", impatient)


# --- what is asked for happens


def test_a_whole_capture(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 12_656))
    assert cards.deliver()[0].confirmed == 1
    assert cards.intent(held["id"])["status"] == "succeeded"
    assert cards.intent(held["id"])["amount_received"] == 12_656
    assert [summary.planned for summary in cards.deliver()] == [0, 0, 0]


def test_a_part_lets_go_of_the_rest_where_it_cannot_be_captured_again(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 5_000, last=False))
    assert cards.deliver()[0].confirmed == 1
    after = cards.intent(held["id"])
    assert (after["status"], after["amount_received"], after["amount_capturable"]) == ("succeeded", 5_000, 0)
    cards.want("captures", capture(held, 7_656, number=2, at_most=12_656))
    assert cards.deliver()[0].held == 1
    assert cards.intent(held["id"])["amount_received"] == 5_000


def test_shipments_are_captured_one_after_the_other_where_that_is_possible(cards: Cards) -> None:
    held = cards.authorize(several=True)
    cards.want("captures", capture(held, 5_000, last=False))
    assert cards.deliver()[0].confirmed == 1
    assert cards.intent(held["id"])["amount_capturable"] == 7_656
    cards.want("captures", capture(held, 7_000, number=2, at_most=12_000))
    assert cards.deliver()[0].confirmed == 1
    after = cards.intent(held["id"])
    assert (after["status"], after["amount_received"], after["amount_capturable"]) == ("succeeded", 12_000, 0)


def test_a_void(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("cancellations", void(held))
    assert cards.deliver()[1].confirmed == 1
    assert cards.intent(held["id"])["status"] == "canceled"


def test_what_a_capture_left_is_let_go(cards: Cards) -> None:
    held = cards.authorize(several=True)
    cards.want("captures", capture(held, 5_000, last=False))
    cards.deliver()
    cards.want("cancellations", void(held, captured=5_000))
    assert cards.deliver()[1].confirmed == 1
    assert cards.intent(held["id"])["amount_received"] == 5_000
    assert cards.intent(held["id"])["amount_capturable"] == 0


def test_refunds_of_one_charge(cards: Cards) -> None:
    paid = cards.account.paid()
    cards.want("refunds", refund(paid["id"], 4_520), refund(paid["id"], 1_000, 56, at_most=5_520))
    assert cards.deliver()[2].confirmed == 2
    assert cards.given_back(paid["id"]) == [4_520, 1_000]
    found = cards.account.get("/refunds", charge=paid["id"])["data"]
    assert {row["metadata"]["refund_id"] for row in found} == {"55", "56"}


def test_more_refunds_than_a_page_are_looked_through(cards: Cards) -> None:
    paid = cards.account.paid(20_000)
    first = refund(paid["id"], 100)
    cards.want("refunds", first)
    cards.deliver()
    for _ in range(101):
        cards.account.done("/refunds", charge=paid["id"], amount=1)
    with session(cards.warehouse) as opened:
        opened.execute("update sync.writes set status = 'unknown'")
    assert cards.deliver()[2].already_true == 1


# --- never more than is owed


def test_what_somebody_captured_meanwhile_is_not_captured_again(cards: Cards) -> None:
    held = cards.authorize(several=True)
    cards.want("captures", capture(held, 5_000))
    cards.account.done(
        f"/payment_intents/{held['id']}/capture", amount_to_capture=1_000, final_capture="false"
    )
    assert cards.deliver()[0].held == 1
    assert cards.writes() == {f"capture:{held['id']}:1": ("held", "stale_input")}
    assert cards.intent(held["id"])["amount_received"] == 1_000


def test_what_somebody_gave_back_meanwhile_is_not_given_back_again(cards: Cards) -> None:
    paid = cards.account.paid()
    cards.want("refunds", refund(paid["id"], 4_520))
    cards.account.done("/refunds", charge=paid["id"], amount=4_520)
    assert cards.deliver()[2].held == 1
    assert cards.account.get(f"/charges/{paid['id']}")["amount_refunded"] == 4_520


def test_the_rest_of_a_part_capture_does_not_count_as_given_back(cards: Cards) -> None:
    held = cards.authorize()
    cards.account.done(f"/payment_intents/{held['id']}/capture", amount_to_capture=5_000)
    cards.want("refunds", refund(held["latest_charge"], 5_000))
    assert cards.deliver()[2].confirmed == 1
    assert cards.given_back(held["latest_charge"]) == [5_000]


@pytest.mark.parametrize("amount", [12_657, 20_000])
def test_more_than_was_authorized_is_never_sent(cards: Cards, amount: int) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, amount))
    assert cards.deliver()[0].held == 1
    assert cards.writes()[f"capture:{held['id']}:1"] == ("held", "needs_person")
    assert cards.intent(held["id"])["amount_received"] == 0


def test_more_than_was_captured_never_goes_back(cards: Cards) -> None:
    paid = cards.account.paid(1_000)
    cards.want("refunds", refund(paid["id"], 1_001))
    assert cards.deliver()[2].held == 1
    assert cards.given_back(paid["id"]) == []


def test_a_void_of_what_was_captured_meanwhile(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("cancellations", void(held))
    cards.account.done(f"/payment_intents/{held['id']}/capture")
    assert cards.deliver()[1].held == 1


def test_a_capture_of_what_was_voided(cards: Cards) -> None:
    held = cards.authorize()
    cards.account.done(f"/payment_intents/{held['id']}/cancel")
    cards.want("captures", capture(held, 12_656))
    assert cards.deliver()[0].held == 1
    assert cards.writes()[f"capture:{held['id']}:1"] == ("held", "needs_person")


def test_a_payment_of_another_account(cards: Cards) -> None:
    elsewhere = {"id": "pi_elsewhere", "latest_charge": "ch_elsewhere"}
    held = cards.authorize()
    cards.want("captures", capture(elsewhere, 100), capture(held, 100))
    summary = cards.deliver()[0]
    assert (summary.refused, summary.confirmed) == (1, 1)


def test_a_charge_in_dispute(cards: Cards, world: sandbox.World) -> None:
    paid = cards.account.paid()
    world.distort("stripe", "charge", paid["id"], disputed=True)
    world.call(
        lambda: world.stand_ins["stripe"].store.put(  # type: ignore[attr-defined]
            world.stand_ins["stripe"].store.get("charge", paid["id"]) | {"disputed": True}  # type: ignore[attr-defined]
        )
    )
    cards.want("refunds", refund(paid["id"], 100))
    assert cards.deliver()[2].held == 1
    assert cards.writes()["refund:woocommerce_55"] == ("held", "retry")


def test_a_key_without_the_right(cards: Cards, world: sandbox.World) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 100))
    cards.connection = Connection.from_fields(
        "stripe", schema="http", host="127.0.0.1", port=world.ports["stripe"], password="sk_test_wrong"
    )
    with pytest.raises(Misconfigured):
        cards.deliver()
    assert cards.writes()[f"capture:{held['id']}:1"][0] == "planned"
