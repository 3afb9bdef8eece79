"""Holding, capturing, letting go and giving back at Stripe; and what happens there by itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

import sandbox
from sandbox.stripe_balance import processing_fee

DAY = 24 * 3600


def everything(service: Any, **params: Any) -> list[Any]:
    return list(service.list({"limit": 100, **params}).auto_paging_iter())


def hold(cards: stripe.StripeClient, amount: int, **more: Any) -> stripe.PaymentIntent:
    params: Any = {"amount": amount, "currency": "cad", "capture_method": "manual", "confirm": True}
    return cards.v1.payment_intents.create(params | {"payment_method": "pm_card_visa"} | more)


def paid(cards: stripe.StripeClient, amount: int, currency: str = "cad") -> stripe.Charge:
    return cards.v1.charges.create({"amount": amount, "currency": currency, "source": "tok_visa"})


def test_a_partial_capture_lets_the_rest_go(cards: stripe.StripeClient) -> None:
    held = hold(cards, 2000)
    with pytest.raises(stripe.InvalidRequestError, match="larger than the amount") as refused:
        cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 2001})
    assert refused.value.code == "amount_too_large"
    with pytest.raises(stripe.InvalidRequestError, match="multiple captures"):
        cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 100, "final_capture": False})
    done = cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 1500, 0)
    charge = cards.v1.charges.retrieve(str(held.latest_charge))
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 1500, 500)
    reversal = everything(cards.v1.refunds, charge=charge.id)[0]
    txns = [
        *everything(cards.v1.balance_transactions, source=charge.id),
        *everything(cards.v1.balance_transactions, source=reversal.id),
    ]
    assert [txn.reporting_category for txn in txns] == ["charge", "partial_capture_reversal"]
    assert (sum(txn.amount for txn in txns), sum(txn.fee for txn in txns)) == (1500, processing_fee(1500))
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        cards.v1.refunds.create({"charge": charge.id, "amount": 1501})
    cards.v1.refunds.create({"charge": charge.id, "amount": 1500})
    assert cards.v1.charges.retrieve(charge.id).refunded
    with pytest.raises(stripe.InvalidRequestError, match="cannot capture"):
        cards.v1.payment_intents.capture(held.id)


def test_where_several_captures_may_be_each_takes_its_part(cards: stripe.StripeClient) -> None:
    options = {"card": {"request_multicapture": "if_available"}}
    held = hold(cards, 3000, payment_method_options=options)
    charge = cards.v1.charges.retrieve(str(held.latest_charge))
    card: Any = charge.payment_method_details.card  # type: ignore[union-attr]
    assert card.multicapture.status == "available"
    first = cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 1000, "final_capture": False})
    assert (first.status, first.amount_received, first.amount_capturable) == ("requires_capture", 1000, 2000)
    last = cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (last.status, last.amount_received, last.amount_capturable) == ("succeeded", 2500, 0)
    txns = everything(cards.v1.balance_transactions, source=charge.id)
    assert sorted(txn.amount for txn in txns) == [1000, 1500]
    cards.v1.refunds.create({"charge": charge.id})
    assert cards.v1.charges.retrieve(charge.id).amount_refunded == 2500


def test_a_hold_let_go_takes_nothing(cards: stripe.StripeClient) -> None:
    held = hold(cards, 2000)
    with pytest.raises(stripe.InvalidRequestError, match="Invalid cancellation_reason"):
        reason: Any = {"cancellation_reason": "automatic"}
        cards.v1.payment_intents.cancel(held.id, reason)
    gone = cards.v1.payment_intents.cancel(held.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason, gone.amount_capturable) == ("canceled", "abandoned", 0)
    charge = cards.v1.charges.retrieve(str(held.latest_charge))
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, True, 2000)
    assert not everything(cards.v1.balance_transactions, source=charge.id)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        cards.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        cards.v1.payment_intents.cancel(held.id)


def test_a_hold_lapses_after_seven_days(cards: stripe.StripeClient, world: sandbox.World) -> None:
    young = world.act("stripe", "hold", "1000", amount=1200, seconds=7 * DAY - 60)
    old = world.act("stripe", "hold", "999", amount=900, seconds=7 * DAY + 60)
    assert cards.v1.payment_intents.retrieve(young["id"]).status == "requires_capture"
    gone = cards.v1.payment_intents.retrieve(old["id"])
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        cards.v1.payment_intents.capture(old["id"])
    refund = everything(cards.v1.refunds, charge=old["latest_charge"])[0]
    assert (refund.reason, refund.balance_transaction) == ("expired_uncaptured_charge", None)
    cards.v1.payment_intents.capture(young["id"])


@pytest.mark.parametrize("verb", ["capture", "cancel", "refund"])
def test_every_write_answers_its_key_the_same(cards: stripe.StripeClient, verb: str) -> None:
    held = hold(cards, 2000)
    if verb == "refund":
        cards.v1.payment_intents.capture(held.id)
    other: Any
    if verb == "capture":
        first, other, job = {"amount_to_capture": 1500}, {"amount_to_capture": 1400}, "capture"
    elif verb == "cancel":
        first, other, job = {}, {"cancellation_reason": "duplicate"}, "cancel"
    else:
        first, other, job = {"payment_intent": held.id, "amount": 700}, {"amount": 800}, "refund"  # type: ignore[dict-item]

    def write(params: Any) -> Any:
        options: Any = {"idempotency_key": f"{verb}-1"}
        if job == "refund":
            return cards.v1.refunds.create(params, options)
        return getattr(cards.v1.payment_intents, job)(held.id, params, options)

    done, again = write(first), write(first)
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert again.to_dict() == done.to_dict()
    with pytest.raises(stripe.IdempotencyError):
        write({**first, **other})
    charge = cards.v1.charges.retrieve(str(held.latest_charge))
    assert charge.amount_refunded == {"capture": 500, "cancel": 2000, "refund": 700}[verb]


def test_a_dispute_is_opened_and_won(cards: stripe.StripeClient, world: sandbox.World) -> None:
    charge = paid(cards, 12656)
    dispute = world.act("stripe", "dispute", charge.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        cards.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"
    before = world.truth["stripe"]["unpaid"]
    world.act("stripe", "resolve", dispute["id"], status="won")
    assert world.truth["stripe"]["unpaid"] == before + 12656
    shown = cards.v1.disputes.retrieve(dispute["id"])
    assert (shown.status, [txn.amount for txn in shown.balance_transactions]) == ("won", [-12656, 12656])
    told = [event.type for event in everything(cards.v1.events, type="charge.dispute.*")]
    assert told[:2] == ["charge.dispute.closed", "charge.dispute.created"]
    with pytest.raises(ValueError, match="cannot be lost"):
        world.act("stripe", "resolve", dispute["id"], status="lost")


def test_an_inquiry_moves_no_money(cards: stripe.StripeClient, world: sandbox.World) -> None:
    charge = paid(cards, 2000)
    inquiry = world.act("stripe", "dispute", charge.id, inquiry=True)
    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    cards.v1.refunds.create({"charge": charge.id, "amount": 100})
    world.act("stripe", "resolve", inquiry["id"], status="warning_under_review")
    with pytest.raises(ValueError, match="cannot be won"):
        world.act("stripe", "resolve", inquiry["id"], status="won")
    world.act("stripe", "resolve", inquiry["id"], status="warning_closed")
    assert cards.v1.disputes.retrieve(inquiry["id"]).status == "warning_closed"
    assert not everything(cards.v1.balance_transactions, source=inquiry["id"])


def test_refunds_made_elsewhere_doubled_and_failed(cards: stripe.StripeClient, world: sandbox.World) -> None:
    charge = paid(cards, 1000)
    world.act("stripe", "refund_at_desk", charge.id, amount=300)
    own = cards.v1.refunds.create({"charge": charge.id, "amount": 350, "metadata": {"refund_id": "77"}})
    twin = world.act("stripe", "double_refund", own.id)
    assert twin["metadata"] == {"refund_id": "77"}
    assert cards.v1.charges.retrieve(charge.id).refunded
    with pytest.raises(ValueError, match="only 0 left"):
        world.act("stripe", "double_refund", own.id)
    world.act("stripe", "fail_refund", twin["id"])
    failed = cards.v1.refunds.retrieve(twin["id"])
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    back = cards.v1.balance_transactions.retrieve(str(failed.failure_balance_transaction))
    assert (back.type, back.amount) == ("refund_failure", 350)
    assert cards.v1.charges.retrieve(charge.id).amount_refunded == 650


def test_money_in_dollars_moves_at_the_days_rate(cards: stripe.StripeClient) -> None:
    charge = paid(cards, 10_000, "usd")
    txn = cards.v1.balance_transactions.retrieve(str(charge.balance_transaction))
    assert txn.exchange_rate and 1.36 <= txn.exchange_rate < 1.38
    assert txn.amount == round(10_000 * txn.exchange_rate)
    refund = cards.v1.refunds.create({"charge": charge.id})
    back = cards.v1.balance_transactions.retrieve(str(refund.balance_transaction))
    assert (refund.amount, refund.currency, back.amount) == (10_000, "usd", -txn.amount)


def test_a_short_payout_a_missing_fee_and_an_unknown_type(
    cards: stripe.StripeClient, world: sandbox.World
) -> None:
    payout = everything(cards.v1.payouts)[0]
    world.distort("stripe", "payout", payout.id, amount=payout.amount - 1)
    assert cards.v1.payouts.retrieve(payout.id).amount == payout.amount - 1
    charge = paid(cards, 1000)
    txn = str(charge.balance_transaction)
    world.distort("stripe", "balance_transaction", txn, fee=0, fee_details=[], net=1000)
    assert cards.v1.balance_transactions.retrieve(txn).fee == 0
    odd = world.act("stripe", "odd_transaction", "climate_order_purchase", amount=-250)
    listed = everything(cards.v1.balance_transactions, type="climate_order_purchase")
    assert [(row.id, row.amount, row.net) for row in listed] == [(odd["id"], -250, -250)]


def test_a_paid_order_is_edited_after_the_fact(shop: Any, world: sandbox.World) -> None:
    before = shop.get("/orders/1000")
    after = world.act("woocommerce", "edit_paid_order", 1000)
    assert float(after["total"]) > float(before["total"])
    assert shop.get("/orders/1000")["total"] == after["total"]
    assert after["transaction_id"] == before["transaction_id"]
    with pytest.raises(ValueError, match="cannot 'paint' order 1000"):
        world.act("woocommerce", "paint", 1000)


def test_acts_are_asked_for_by_address_too(cards: stripe.StripeClient, world: sandbox.World) -> None:
    charge = paid(cards, 1000)
    url = f"{world.url('stripe')}/_sandbox/act"
    done = httpx.post(url, json={"what": "dispute", "id": charge.id}).json()
    assert (done["object"], done["charge"]) == ("dispute", charge.id)
    assert httpx.post(url, json={"what": "dispute", "id": charge.id}).status_code == 400
    assert httpx.post(url, json={"what": "dispute", "id": charge.id, "with": {"x": 1}}).status_code == 400
    assert httpx.post(url, json={"what": "fly", "id": "1"}).status_code == 400


def test_what_was_done_outlives_a_restart(tmp_path: Any) -> None:
    with sandbox.serve(orders=20, systems=("stripe",), state_dir=tmp_path) as world:
        intent = world.act("stripe", "hold", "1000", amount=500)
        charge = world.act("stripe", "hold", "999", amount=700)["latest_charge"]
        before = world.truth["stripe"]
    with sandbox.serve(orders=20, systems=("stripe",), state_dir=tmp_path) as world:
        assert world.truth["stripe"] == before
        made = world.act("stripe", "hold", "998", amount=100)
        assert made["id"] != intent["id"]
        assert made["latest_charge"] != charge
