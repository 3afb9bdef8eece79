"""Captures, voids and refunds at the Stripe stand-in happen once, whatever fails and whoever dies."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Unavailable
from loaders.planning import Hold
from tests.contract.conftest import connection_of
from tests.loaders.cards import Cards, capture, refund, void
from tests.loaders.crashes import dying


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


NUMBERS = itertools.count(1_000)
Due = tuple[str, Callable[[Cards], tuple[str, dict[str, Any], Callable[[], list[int]]]]]


def _whole(cards: Cards) -> tuple[str, dict[str, Any], Callable[[], list[int]]]:
    held = cards.authorize()
    return "captures", capture(held, 12_656), lambda: [cards.intent(held["id"])["amount_received"]]


def _part(cards: Cards) -> tuple[str, dict[str, Any], Callable[[], list[int]]]:
    held = cards.authorize(several=True)
    row = capture(held, 5_000, last=False)
    return "captures", row, lambda: [cards.intent(held["id"])["amount_received"]]


def _back(cards: Cards) -> tuple[str, dict[str, Any], Callable[[], list[int]]]:
    paid = cards.account.paid()
    return "refunds", refund(paid["id"], 4_520, next(NUMBERS)), lambda: cards.given_back(paid["id"])


def _let_go(cards: Cards) -> tuple[str, dict[str, Any], Callable[[], list[int]]]:
    held = cards.authorize()
    return "cancellations", void(held), lambda: [cards.intent(held["id"])["amount_capturable"]]


KINDS = {
    "whole": (_whole, [12_656]),
    "part": (_part, [5_000]),
    "refund": (_back, [4_520]),
    "void": (_let_go, [0]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "fault", ["timeout_after", "500_after", "cut_body", "malformed_json", "dead", "500_before"]
)
def test_an_answer_that_does_not_come(cards: Cards, world: sandbox.World, kind: str, fault: str) -> None:
    make, wanted = KINDS[kind]
    name, row, truth = make(cards)
    cards.want(name, row)
    world.fault("stripe", fault, method="POST", seconds=2)
    cards.deliver()
    assert cards.writes()[row["write_key"]] in (("unknown", "retry"), ("confirmed", None))
    if fault == "500_before":  # Stripe keeps even this answer for a day under the key
        world.call(world.stand_ins["stripe"]._idempotency._answers.clear)  # type: ignore[attr-defined]
    cards.deliver()
    assert truth() == wanted
    assert cards.writes()[row["write_key"]] == ("confirmed", None)
    cards.deliver()
    assert truth() == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_two_deliveries_at_once(cards: Cards, kind: str) -> None:
    make, wanted = KINDS[kind]
    name, row, truth = make(cards)
    cards.want(name, row)
    threads = [threading.Thread(target=cards.deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert truth() == wanted
    assert cards.writes()[row["write_key"]] == ("confirmed", None)


@pytest.mark.parametrize("kind", KINDS)
def test_stripe_has_forgotten_its_key(cards: Cards, world: sandbox.World, kind: str) -> None:
    """More than a day after a time-out: the mark tells that it was done."""
    make, wanted = KINDS[kind]
    name, row, truth = make(cards)
    cards.want(name, row)
    world.fault("stripe", "timeout_after", method="POST", seconds=2)
    cards.deliver()
    world.call(world.stand_ins["stripe"]._idempotency._answers.clear)  # type: ignore[attr-defined]
    cards.deliver()
    assert truth() == wanted


def test_what_is_no_longer_due_is_not_sent_again(cards: Cards, world: sandbox.World) -> None:
    """A capture that did not arrive, of an order that was called off since."""
    held = cards.authorize()
    row = capture(held, 12_656)
    cards.want("captures", row)
    world.fault("stripe", "timeout_before", method="POST", seconds=2)
    cards.deliver()
    assert cards.writes()[row["write_key"]] == ("unknown", "retry")
    cards.want("captures")
    cards.want("cancellations", void(held))
    cards.deliver()
    assert cards.intent(held["id"])["status"] == "canceled"
    assert cards.writes()[row["write_key"]][0] == "held"


def test_stripe_is_down(cards: Cards, world: sandbox.World) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 100))
    world.stop("stripe")
    try:
        with pytest.raises(Unavailable):
            cards.deliver()
    finally:
        world.start("stripe")
    cards.deliver()
    assert cards.intent(held["id"])["amount_received"] == 100


def test_too_many_requests(cards: Cards, world: sandbox.World) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 100))
    world.fault("stripe", "429", method="POST")
    with pytest.raises(Unavailable):
        cards.deliver()
    assert cards.writes()[f"capture:{held['id']}:1"] == ("planned", "retry")
    cards.deliver()
    assert cards.intent(held["id"])["amount_received"] == 100


def test_one_of_two_is_turned_away(cards: Cards, world: sandbox.World) -> None:
    held = [cards.authorize(), cards.authorize()]
    cards.want("captures", *(capture(each, 100) for each in held))
    world.fault("stripe", "429", method="POST")
    summary = cards.deliver("captures")[0]
    assert (summary.confirmed, summary.unknown) == (1, 1)
    cards.deliver("captures")
    assert [cards.intent(each["id"])["amount_received"] for each in held] == [100, 100]


def test_the_switch(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 100))
    cards.deliver(hold_all=Hold("switch", "flow card_captures is off"))
    assert cards.intent(held["id"])["amount_received"] == 0
    cards.deliver()
    assert cards.intent(held["id"])["amount_received"] == 100


_KILLED = """
import os, sys
from connections.connection import Connection
from connections.http import Http
from loaders.base import deliver
from loaders.planning import Guards
from loaders.stripe import Captures
original, sent = Http.send, 0
def send(self, method, path, **content):
    answer = original(self, method, path, **content)
    if method == "POST":
        os._exit(9)  # Stripe has done it; nobody here lives to hear of it
    return answer
Http.send = send
guards = Guards(most_rows=10, most_money=10**6, most_to_zero=0)
deliver(Captures(), Connection.from_env("stripe"), Connection.from_env("warehouse"), "run", guards=guards)
"""


def test_a_process_that_is_killed_after_the_effect(cards: Cards, world: sandbox.World) -> None:
    held = cards.authorize(several=True)
    cards.want("captures", capture(held, 5_000, last=False))
    variables = {**os.environ, "AIRFLOW_CONN_STRIPE": world.connections["stripe"]}
    killed = subprocess.run([sys.executable, "-c", _KILLED], env=variables, check=False)
    assert killed.returncode == 9
    assert cards.intent(held["id"])["amount_received"] == 5_000
    assert cards.writes()[f"capture:{held['id']}:1"] == ("sent", None)
    assert cards.deliver()[0].already_true == 1
    assert cards.intent(held["id"])["amount_received"] == 5_000


def test_a_plan_says_what_would_be_sent(cards: Cards) -> None:
    held = cards.authorize()
    cards.want("captures", capture(held, 100))
    (plan, _, _) = cards.deliver(plan_only=True)
    assert plan.lines == [
        f"capture capture:{held['id']}:1: not there -> {{'amount': 100, 'currency': 'CAD', 'is_taken': True}}"
    ]
    assert cards.intent(held["id"])["amount_received"] == 0


@pytest.mark.parametrize("model", ["captures", "cancellations", "refunds"])
def test_killed_between_any_two_steps(cards: Cards, model: str) -> None:
    """The process dies before each of its steps in turn; the next one finds its way."""
    makers = {"captures": [_whole, _part], "cancellations": [_let_go], "refunds": [_back]}[model]
    for last in range(1, 1_000):
        made = [make(cards) for make in makers]
        cards.want(model, *(row for _, row, _ in made))
        with dying(last) as steps:
            cards.deliver(model)
        cards.deliver(model)
        wanted = [result for make, result in KINDS.values() if make in makers]
        assert [truth() for _, _, truth in made] == wanted, f"step {last}"
        status = cards.writes()
        assert {status[row["write_key"]] for _, row, _ in made} == {("confirmed", None)}, f"step {last}"
        if not steps.is_dead:
            break
    assert last > 30
