"""Hours of a shop whose cards are only authorized at first: read, build, deliver, whatever fails.

Stripe is the stand-in over HTTP, read by the real extractor; what is owed is told by the orders. Whatever
happens in an hour, never more is captured or given back than is owed; once nothing fails, all of it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sandbox
from connections.errors import Unavailable
from extractors.base import extract
from extractors.stripe import Stripe
from loaders.base import Loader, deliver
from loaders.planning import Guards
from loaders.stripe import Cancellations, Captures, Refunds
from tests.contract.conftest import connection_of
from tests.contract.stripe_client import Account
from tests.dbt import cards, shop
from tests.dbt.conftest import Builder
from tests.loaders.crashes import dying

LOADERS: tuple[Loader, ...] = (Captures(), Cancellations(), Refunds())
GUARDS = Guards(most_rows=1000, most_money=10**9, most_to_zero=0)
NUMBERS = itertools.count(1)
KINDS = ("ship", "ship", "cancel", "refund", "refund", "captured by somebody", "given back by somebody")
TROUBLE = ("none", "killed", "killed", "timeout_after", "500_after", "cut_body", "dead")


@dataclass
class Sale:
    """One order: what the shop says, and what somebody else did at Stripe. Cents."""

    number: int
    order: dict[str, Any]
    intent_id: str
    charge_id: str
    total: int
    refunds: list[int] = field(default_factory=list)
    taken_by_others: int = 0
    given_by_others: int = 0

    @property
    def worth(self) -> int:
        """What the customer owes in the end."""
        return max(self.total - sum(self.refunds), 0)

    @property
    def status(self) -> str:
        """As the shop has it."""
        return str(self.order["status"])


class Trade:
    """The shop's side landed as it changes, and Stripe's."""

    def __init__(self, builder: Builder, world: sandbox.World) -> None:
        self.builder = builder
        self.world = world
        plain = connection_of("stripe", world.connections["stripe"])
        self.connection = replace(plain, extra={**plain.extra, "requests_per_second": 1000})
        self.account = Account(self.connection, "0")
        self.sales: list[Sale] = []
        self.runs = 0
        cards.switch(builder, card_captures="one_way", card_refunds="one_way")

    def sell(self, several: bool) -> Sale:
        """A new order, whose card is authorized for its total."""
        number = next(NUMBERS)
        order = shop.order(number, lines=[("TEA-1", 1, "100.00")], status="on-hold") | {"date_paid_gmt": None}
        total = int(Decimal(order["total"]) * 100)
        more = {"payment_method_options[card][request_multicapture]": "if_available"} if several else {}
        fields = {"capture_method": "manual", "metadata[order_id]": str(number), **more}
        intent = self.account.intent(total, **fields).json()
        order |= {"transaction_id": intent["latest_charge"], "meta_data": []}
        sale = Sale(number, order, intent["id"], intent["latest_charge"], total)
        self.sales.append(sale)
        self._land(sale)
        return sale

    def happen(self, kind: str, sale: Sale, amount: int) -> None:
        """Something happens to the order, where it can."""
        if kind == "ship" and sale.status == "on-hold":
            self._land(sale, status="completed", date_completed_gmt="2026-11-20T10:00:00")
        elif kind == "cancel" and sale.status == "on-hold":
            self._land(sale, status="cancelled")
        elif kind == "refund" and 0 < amount <= sale.worth:
            sale.refunds.append(amount)
            self._land_refund(sale, amount)
        elif kind == "captured by somebody" and amount <= sale.total:
            path = f"/payment_intents/{sale.intent_id}/capture"
            if self.account.post(path, amount_to_capture=amount).status_code == 200:
                sale.taken_by_others += amount
        elif kind == "given back by somebody":
            answer = self.account.post("/refunds", charge=sale.charge_id, amount=amount)
            sale.given_by_others += amount if answer.status_code == 200 else 0

    def _land(self, sale: Sale, **changes: Any) -> None:
        sale.order |= changes
        shop.land(self.builder.sql, "woocommerce__orders", {str(sale.number): sale.order})

    def _land_refund(self, sale: Sale, amount: int) -> None:
        number = sale.number * 1000 + len(sale.refunds)
        row = {
            "id": number, "parent_id": sale.number, "date_created_gmt": "2026-11-20T12:00:00",
            "amount": str(Decimal(amount) / 100), "refunded_payment": False, "meta_data": [],
            "line_items": [], "shipping_lines": [], "fee_lines": [], "tax_lines": [],
        }  # fmt: skip
        shop.land(self.builder.sql, "woocommerce__refunds", {str(number): row})

    def hour(self, trouble: str = "none", step: int = 0, reads: bool = True) -> None:
        """Stripe is read (or not), all is built, and what is due delivered, with this trouble on the way."""
        self.runs += 1
        warehouse = self.builder.connection
        if reads:
            extract(Stripe(), self.connection, warehouse, f"hour {self.runs}", census=True)
        cards.build(self.builder)
        if trouble not in ("none", "killed"):
            self.world.fault("stripe", trouble, times=1 + step % 3, method="POST", seconds=2)
        with dying(step if trouble == "killed" else None):
            for loader in LOADERS:
                try:
                    deliver(loader, self.connection, warehouse, f"hour {self.runs}", guards=GUARDS)
                except Unavailable:
                    assert trouble not in ("none", "killed")
        self.world.clear_faults()

    def truth(self, sale: Sale) -> tuple[int, int]:
        """What was captured of it, and what went back, in cents."""
        intent = self.account.get(f"/payment_intents/{sale.intent_id}")
        params = {"charge": sale.charge_id, "limit": 100, "expand[]": "data.balance_transaction"}
        refunds = self.account.get("/refunds", **params)["data"]
        ours = [refund["metadata"].get("counterflow_key") for refund in refunds]
        named = [key for key in ours if key]
        assert len(named) == len(set(named)), f"order {sale.number} was paid back twice"
        moved = [row for row in refunds if row["balance_transaction"]]
        back = [
            row["amount"]
            for row in moved
            if row["balance_transaction"]["reporting_category"] != "partial_capture_reversal"
        ]
        return intent["amount_received"], sum(back)

    def is_never_more_than_owed(self) -> None:
        """Of every order."""
        for sale in self.sales:
            captured, back = self.truth(sale)
            shipped = sale.total if sale.status == "completed" else 0
            assert captured - sale.taken_by_others <= shipped, f"order {sale.number} has not shipped"
            assert captured <= sale.total
            assert back - sale.given_by_others <= sum(sale.refunds)
            assert back <= max(captured - sale.worth, sale.given_by_others), f"order {sale.number}: {back}"

    def is_settled(self) -> None:
        """Of every order that nobody meddled with, all that is owed was captured, let go or given back."""
        for sale in self.sales:
            if sale.taken_by_others or sale.given_by_others:
                continue
            captured, back = self.truth(sale)
            status = self.account.get(f"/payment_intents/{sale.intent_id}")["status"]
            if sale.status == "completed" and sale.worth:
                assert captured - back == sale.worth, f"order {sale.number}"
            elif sale.status == "cancelled" or not sale.worth:
                assert captured == back and (status == "canceled" or captured), f"order {sale.number}"
            else:
                assert (captured, back, status) == (0, 0, "requires_capture"), f"order {sale.number}"
        done = self.builder.rows("select distinct thing from sync.writes where status = 'confirmed'")
        assert len(done) == 3, "not all kinds of things happened"


@pytest.fixture(scope="module")
def trade(builder: Builder) -> Iterator[Trade]:
    with sandbox.serve(orders=5, seed=7, systems=("stripe",)) as world, pytest.MonkeyPatch.context() as patch:
        _make_impatient(patch)
        yield Trade(builder, world)


def _make_impatient(patch: pytest.MonkeyPatch) -> None:
    """No client waits longer than a second for an answer."""
    original = httpx.Client.__init__

    def impatient(self: httpx.Client, **options: Any) -> None:
        original(self, **{**options, "timeout": httpx.Timeout(1.0)})

    patch.setattr(httpx.Client, "__init__", impatient)


@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(1, 2**32))
def test_never_more_than_owed_and_in_the_end_all_of_it(trade: Trade, seed: int) -> None:
    chance = Random(seed)
    new = [trade.sell(several=chance.random() < 0.5) for _ in range(16)]
    for trouble in chance.sample(TROUBLE, 3):
        for _ in range(24):
            trade.happen(chance.choice(KINDS), chance.choice(new), chance.choice((500, 4_520, 9_000, 12_656)))
        trade.hour(trouble, chance.randint(1, 90), reads=chance.random() < 0.7)
        trade.is_never_more_than_owed()
    for _ in range(2):
        trade.hour()
    trade.is_never_more_than_owed()
    trade.is_settled()


def test_what_the_hours_built_is_the_same_as_rebuilt(trade: Trade) -> None:
    names = ("authorizations", "card_refunds")
    in_steps = {name: trade.builder.content(f"marts.{name}") for name in names}
    cards.build(trade.builder, full_refresh=True)
    for name in names:
        assert in_steps[name] == trade.builder.content(f"marts.{name}")
