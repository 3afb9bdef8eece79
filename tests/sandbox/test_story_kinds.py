"""Every event that a shop's books must know happens in 160 web orders, to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

import sandbox
from sandbox.bank import bank_lines
from sandbox.story import Story, WebOrder
from sandbox.stripe_balance import processing_fee
from sandbox.woocommerce_money import cents

ORDERS = 160


@pytest.fixture(scope="module")
def long_world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=ORDERS, seed=7, systems=("woocommerce", "stripe")) as running:
        yield running


@pytest.fixture(scope="module")
def card_office(long_world: sandbox.World) -> stripe.StripeClient:
    password = long_world.stand_ins["stripe"].password
    return stripe.StripeClient(password, base_addresses={"api": long_world.url("stripe")})


@pytest.fixture(scope="module")
def orders(long_world: sandbox.World) -> dict[int, Any]:
    store: Any = long_world.stand_ins["woocommerce"]
    return {key: store.orders.get(key) for key in (*store.orders.ids(), *store.orders.ids(trash=True))}


def told(sale: str, seed: int = 7) -> list[WebOrder]:
    story = Story(ORDERS, seed)
    return [story.order(i) for i in range(ORDERS) if story.book.kind(i).sale == sale]


def everything(service: Any, **params: Any) -> list[Any]:
    return list(service.list({"limit": 100, **params}).auto_paging_iter())


@pytest.mark.parametrize("seed", [1, 7, 23, 99])
def test_every_kind_of_order_occurs_whatever_the_seed(seed: int) -> None:
    story = Story(400, seed)
    kinds = [story.book.kind(index) for index in range(400)]
    assert {kind.sale for kind in kinds} == {
        *("", "tip", "agent", "marketplace", "gift card sold", "gift card alone", "gift card redeemed"),
        *("dollars", "exempt", "tax included", "book", "groceries", "backordered"),
    }
    assert {kind.dispute for kind in kinds} >= {"", "won", "lost"}
    assert {(refund.what, refund.card) for kind in kinds for refund in kind.refunds} >= {
        *(("everything", "succeeded"), ("everything", "failed"), ("rest", "succeeded")),
        *(("line", "succeeded"), ("amount", "succeeded"), ("amount", "pending")),
    }
    assert {kind.capture for kind in kinds} >= {"", "held", "lapsed"}
    assert Counter(kind.sale or kind.capture or bool(kind.refunds) for kind in kinds)[False] > 240


def test_a_small_history_is_mostly_ordinary() -> None:
    story = Story(60, 7)
    kinds = [story.book.kind(index) for index in range(60)]
    assert sum(bool(kind.sale or kind.capture or kind.dispute) for kind in kinds) < 10
    assert not any(kind.capture for kind in kinds)


def test_lines_and_taxes_are_the_total_and_what_gift_cards_paid(orders: dict[int, Any]) -> None:
    for order in orders.values():
        lines = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]
        whole = sum(cents(line["total"]) + cents(line["total_tax"]) for line in lines)
        paid_by_card = sum(cents(card["amount"]) for card in order["gift_cards"])
        assert whole == cents(order["total"]) + paid_by_card
        taxes = sum(cents(t["tax_total"]) + cents(t["shipping_tax_total"]) for t in order["tax_lines"])
        assert taxes == cents(order["total_tax"])


def test_a_gift_card_is_sold_without_tax_and_pays_like_money(
    orders: dict[int, Any], long_world: sandbox.World
) -> None:
    for order in told("gift card sold") + told("gift card alone"):
        line = orders[order.order_id]["line_items"][-1]
        assert (line["sku"], line["total"], line["total_tax"]) == ("GIFT-50", "50.00", "0.00")
    alone = orders[told("gift card alone")[0].order_id]
    assert (alone["total"], alone["shipping_lines"], alone["tax_lines"]) == ("50.00", [], [])
    redeemed = told("gift card redeemed")
    for order in redeemed:
        assert orders[order.order_id]["gift_cards"][0]["amount"] == order.gift_card_cents / 100
    truth = long_world.truth["woocommerce"]["gift_cards"]
    assert cents(truth["redeemed"]) == sum(order.gift_card_cents for order in redeemed)
    assert cents(truth["owed"]) == cents(truth["sold"]) - cents(truth["redeemed"])
    goods = long_world.stand_ins["woocommerce"].catalogue.by_sku("GIFT-50")  # type: ignore[attr-defined]
    assert (goods["virtual"], goods["manage_stock"], goods["tax_status"]) == (True, False, "none")


def test_tip_agent_marketplace_and_exempt_buyer(orders: dict[int, Any]) -> None:
    tip = orders[told("tip")[0].order_id]["fee_lines"][-1]
    assert (tip["name"], tip["total"], tip["total_tax"], tip["tax_status"]) == ("Tip", "5.00", "0.00", "none")
    agent = orders[told("agent")[0].order_id]
    assert [line["code"] for line in agent["coupon_lines"]] == ["agent-north"]
    assert cents(agent["discount_total"]) > 0
    meta = {row["key"]: row["value"] for row in orders[told("marketplace")[0].order_id]["meta_data"]}
    assert meta["_wc_order_attribution_utm_source"] == "northmarket"
    exempt = orders[told("exempt")[0].order_id]
    assert {"key": "is_vat_exempt", "value": "yes"}.items() <= exempt["meta_data"][-1].items()
    assert (exempt["total_tax"], exempt["tax_lines"]) == ("0.00", [])
    assert exempt["billing"]["email"] == "purchasing@grandriver.example.com"


def test_books_bear_the_federal_part_only_and_groceries_nothing(orders: dict[int, Any]) -> None:
    provinces = set()
    for told_order in told("book"):
        order = orders[told_order.order_id]
        book = order["line_items"][-1]
        assert (book["tax_class"], book["total"], book["total_tax"]) == ("books", "24.95", "1.25")
        provinces.add(order["shipping"]["state"])
    assert provinces == {"ON", "QC"}
    syrup = orders[told("groceries")[0].order_id]["line_items"][-1]
    assert (syrup["tax_class"], syrup["total_tax"]) == ("zero-rate", "0.00")


def test_an_order_with_tax_in_its_prices_sums_to_the_prices(orders: dict[int, Any]) -> None:
    told_order = told("tax included")[0]
    order = orders[told_order.order_id]
    assert order["prices_include_tax"] is True
    for line, row in zip(told_order.lines, order["line_items"], strict=True):
        assert cents(row["total"]) + cents(row["total_tax"]) == line.sku.price_cents * line.quantity


def test_an_order_in_dollars_is_settled_in_canadian_ones(
    orders: dict[int, Any], card_office: stripe.StripeClient
) -> None:
    for told_order in told("dollars"):
        order = orders[told_order.order_id]
        assert (order["currency"], order["shipping"]["country"]) == ("USD", "US")
        assert (order["total_tax"], order["tax_lines"]) == ("0.00", [])
        expanded = {"expand": ["balance_transaction"]}
        charge = card_office.v1.charges.retrieve(order["transaction_id"], expanded)  # type: ignore[arg-type]
        txn: Any = charge.balance_transaction
        assert (charge.currency, charge.amount, txn.currency) == ("usd", cents(order["total"]), "cad")
        assert txn.amount == round(charge.amount * txn.exchange_rate + 1e-9)
        assert txn.fee == processing_fee(txn.amount)
    refund = everything(card_office.v1.refunds, charge=charge.id)[0]
    back = card_office.v1.balance_transactions.retrieve(refund.balance_transaction)
    assert (refund.currency, back.currency, back.amount < -refund.amount) == ("usd", "cad", True)


def test_backordered_goods_are_paid_at_once_and_sent_days_later(
    orders: dict[int, Any], long_world: sandbox.World
) -> None:
    by_status = {}
    for told_order in told("backordered"):
        order = orders[told_order.order_id]
        rows = {row["key"]: row["value"] for row in order["line_items"][0]["meta_data"]}
        assert 0 < int(rows["Backordered"]) <= order["line_items"][0]["quantity"]
        assert order["date_paid"]
        by_status[order["status"]] = told_order
    assert set(by_status) == {"processing", "completed"}
    waiting = sum(line.backordered for line in by_status["processing"].lines)
    assert long_world.truth["woocommerce"]["backordered_units"] == waiting
    sent = by_status["completed"]
    assert sent.completed_at and (sent.completed_at - sent.created_at).days == 2


def test_refunds_of_every_kind_agree_in_shop_and_at_stripe(
    long_world: sandbox.World, orders: dict[int, Any], card_office: stripe.StripeClient
) -> None:
    store: Any = long_world.stand_ins["woocommerce"]
    at_stripe: dict[str, list[Any]] = {}
    for refund in everything(card_office.v1.refunds):
        at_stripe.setdefault(str(refund.charge), []).append(refund)
    kinds = Counter[str]()
    for order in orders.values():
        records = [store.orders.get_refund(row["id"]) for row in order["refunds"]]
        assert all(record["parent_id"] == order["id"] for record in records)
        given = sum(cents(record["amount"]) for record in records)
        for record in records:
            lines = [*record["line_items"], *record["shipping_lines"], *record["fee_lines"]]
            back = -sum(cents(line["total"]) + cents(line["total_tax"]) for line in lines)
            assert back == (cents(record["amount"]) if lines else 0)
        if order["status"] == "refunded":
            assert given == cents(order["total"])
            kinds["full by amount" if not records[0]["line_items"] else "full by line"] += 1
        kinds["several"] += len(records) > 1
        rows = {row["key"] for line in order["line_items"] for row in line["meta_data"]}
        kinds["restocked"] += "_restock_refunded_items" in rows
        made = at_stripe.get(order["transaction_id"], []) if order["payment_method"] == "stripe" else []
        if any(refund.reason == "expired_uncaptured_charge" for refund in made):
            kinds["lapsed"] += 1
        elif sum(refund.amount for refund in made) != given and order["payment_method"] == "stripe":
            kinds["at the desk"] += 1
            assert not made[0].metadata.to_dict()
    assert set(kinds) == {"full by amount", "full by line", "several", "restocked", "at the desk", "lapsed"}
    assert kinds["at the desk"] == 1
    assert Counter(r.status for found in at_stripe.values() for r in found).keys() == {
        "succeeded",
        "pending",
        "failed",
    }
    failed = next(r for found in at_stripe.values() for r in found if r.status == "failed")
    txns = everything(card_office.v1.balance_transactions, source=failed.id)
    assert [(txn.type, txn.amount) for txn in txns] == [
        ("refund_failure", failed.amount),
        ("refund", -failed.amount),
    ]
    assert card_office.v1.charges.retrieve(failed.charge).amount_refunded == 0


def test_disputes_open_won_and_lost_have_their_transactions(card_office: stripe.StripeClient) -> None:
    disputes = {dispute.status: dispute for dispute in everything(card_office.v1.disputes)}
    assert set(disputes) == {"needs_response", "won", "lost"}
    for status, dispute in disputes.items():
        txns = everything(card_office.v1.balance_transactions, source=dispute.id)
        moved = [(txn.type, txn.reporting_category, txn.amount, txn.fee) for txn in reversed(txns)]
        taken = ("adjustment", "dispute", -dispute.amount, 2000)
        back = ("adjustment", "dispute_reversal", dispute.amount, 0)
        assert moved == ([taken, back] if status == "won" else [taken])
        assert [txn.id for txn in reversed(txns)] == [txn.id for txn in dispute.balance_transactions]
        assert card_office.v1.charges.retrieve(dispute.charge).disputed
        with pytest.raises(stripe.InvalidRequestError, match="charged back"):
            card_office.v1.refunds.create({"charge": dispute.charge})


def test_payouts_below_zero_and_failed_are_the_sum_of_their_transactions(
    card_office: stripe.StripeClient, long_world: sandbox.World
) -> None:
    payouts = everything(card_office.v1.payouts)
    kinds = Counter[str]()
    for payout in payouts:
        txns = everything(card_office.v1.balance_transactions, payout=payout.id)
        assert sum(txn.net for txn in txns if txn.id != payout.balance_transaction) == payout.amount
        kinds.update(txn.type for txn in txns)
    assert kinds.keys() == {
        *("charge", "refund", "refund_failure", "adjustment", "stripe_fee", "payout", "payout_failure")
    }
    assert Counter(payout.status for payout in payouts) == {"paid": len(payouts) - 1, "failed": 1}
    assert sum(payout.amount < 0 for payout in payouts) == 1
    failed = next(payout for payout in payouts if payout.status == "failed")
    back = card_office.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.type, back.source, back.amount) == ("payout_failure", failed.id, failed.amount)
    truth = long_world.truth["stripe"]
    assert truth["payouts"]["failed"] == {"count": 1, "amount": failed.amount}


def test_cards_authorised_and_no_more(orders: dict[int, Any], card_office: stripe.StripeClient) -> None:
    intents = [i for i in everything(card_office.v1.payment_intents) if i.capture_method == "manual"]
    found = Counter((orders[int(i.metadata["order_id"])]["status"], i.status) for i in intents)
    assert found == {
        ("completed", "requires_capture"): 2,
        ("cancelled", "requires_capture"): 1,
        ("on-hold", "requires_capture"): 2,
        ("on-hold", "canceled"): 1,
    }
    until = int(Story(ORDERS, 7).until.timestamp())
    left = []
    for intent in intents:
        charge = card_office.v1.charges.retrieve(intent.latest_charge)
        assert (charge.captured, charge.balance_transaction) == (False, None)
        order = orders[int(intent.metadata["order_id"])]
        meta = {row["key"]: row["value"] for row in order["meta_data"]}
        assert (meta["_stripe_charge_captured"], order["transaction_id"]) == ("no", charge.id)
        card: Any = charge.payment_method_details.card  # type: ignore[union-attr]
        left.append(card.capture_before - until)
        if intent.status == "canceled":
            assert (intent.cancellation_reason, charge.refunded) == ("automatic", True)
            assert left[-1] <= 0
    assert min(seconds for seconds in left if seconds > 0) < 6 * 3600  # one about to lapse


def test_the_bank_shows_every_payout_that_arrived_and_its_own_charge(long_world: sandbox.World) -> None:
    store: Any = long_world.stand_ins["stripe"]
    lines = long_world.call(lambda: bank_lines(store.store))
    truth = long_world.truth["stripe"]["payouts"]
    paid = [line for line in lines if line.payout_id]
    assert (len(paid), sum(line.amount_cents for line in paid)) == (
        truth["paid"]["count"],
        truth["paid"]["amount"],
    )
    assert all(line.description == f"STRIPE PAYOUT {line.payout_id}" for line in paid)
    charges = [line for line in lines if not line.payout_id]
    assert charges[0].description == "SERVICE CHARGE"
    assert {line.amount_cents for line in charges} == {-1500}
    assert len({line.key for line in lines}) == len(lines)
    assert lines == long_world.call(lambda: bank_lines(store.store))
