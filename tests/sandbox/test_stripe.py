from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest
import stripe

import sandbox
from sandbox.story import Story


def everything(service: Any, **params: Any) -> list[Any]:
    return list(service.list({"limit": 7, **params}).auto_paging_iter())


@pytest.mark.parametrize(
    "name",
    ["charges", "payment_intents", "refunds", "balance_transactions", "payouts", "disputes", "events"],
)
def test_lists_are_newest_first_and_turn_to_the_end(cards: stripe.StripeClient, name: str) -> None:
    service = getattr(cards.v1, name)
    listed = everything(service)
    assert listed
    assert len({record.id for record in listed}) == len(listed)
    assert all(first.created >= second.created for first, second in pairwise(listed))
    middle = listed[len(listed) // 2]
    assert service.retrieve(middle.id).to_dict() == middle.to_dict()
    later = everything(service, created={"gt": middle.created})
    assert [record.id for record in later] == [
        record.id for record in listed if record.created > middle.created
    ]
    until = everything(service, created={"lte": middle.created})
    assert len(later) + len(until) == len(listed)


def test_every_order_paid_by_card_has_its_charge_fee_and_refund(cards: stripe.StripeClient) -> None:
    story = Story(60, 7)
    charges = {charge.metadata["order_id"]: charge for charge in everything(cards.v1.charges)}
    for index in range(60):
        order = story.order(index)
        if order.payment_method != "stripe" or not order.paid_at:
            assert order.number not in charges or charges[order.number].status == "failed"
            continue
        charge = charges[order.number]
        assert (charge.amount, charge.currency, charge.status) == (order.total_cents, "cad", "succeeded")
        txn = cards.v1.balance_transactions.retrieve(str(charge.balance_transaction))
        assert (txn.source, txn.amount, txn.net) == (charge.id, charge.amount, txn.amount - txn.fee)
        assert txn.fee == (charge.amount * 29 + 500) // 1000 + 30
        assert charge.amount_refunded == sum(refund.amount_cents for refund in order.refunds)
        assert charge.disputed == bool(order.dispute)
    refunds = everything(cards.v1.refunds)
    assert {refund.charge for refund in refunds} == {c.id for c in charges.values() if c.amount_refunded}


def test_a_payout_is_the_sum_of_its_transactions(cards: stripe.StripeClient) -> None:
    payouts = everything(cards.v1.payouts)
    assert len(payouts) > 2
    paid: set[str] = set()
    for payout in payouts:
        transactions = everything(cards.v1.balance_transactions, payout=payout.id)
        own = [txn for txn in transactions if txn.type == "payout"]
        assert [txn.id for txn in own] == [payout.balance_transaction]
        assert sum(txn.net for txn in transactions) == 0
        assert sum(txn.net for txn in transactions if txn.type != "payout") == payout.amount
        assert not paid & {txn.id for txn in transactions}
        paid |= {txn.id for txn in transactions}
    kinds = {txn.type for txn in everything(cards.v1.balance_transactions)}
    assert kinds == {"charge", "refund", "payout", "adjustment", "stripe_fee"}


def test_a_payout_tells_when_it_is_made_and_when_it_arrives(cards: stripe.StripeClient) -> None:
    told: dict[str, list[int]] = {}
    for event in everything(cards.v1.events, type="payout.*"):
        told.setdefault(event.data.object["id"], []).append(event.created)
    for payout in everything(cards.v1.payouts):
        assert payout.status == "paid"  # the history is over
        assert told[payout.id] == [payout.arrival_date, payout.created]


def test_transactions_are_found_by_their_source(cards: stripe.StripeClient) -> None:
    refund = everything(cards.v1.refunds)[0]
    found = everything(cards.v1.balance_transactions, source=refund.id)
    assert [txn.id for txn in found] == [refund.balance_transaction]
    assert [r.id for r in everything(cards.v1.refunds, charge=refund.charge)] == [refund.id]


def test_pay_capture_cancel_and_decline(cards: stripe.StripeClient) -> None:
    held = cards.v1.payment_intents.create(
        {
            "amount": 2000,
            "currency": "cad",
            "capture_method": "manual",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "metadata": {"order_id": "1"},
        }
    )
    assert (held.status, held.amount_capturable) == ("requires_capture", 2000)
    assert cards.v1.charges.retrieve(str(held.latest_charge)).balance_transaction is None
    captured = cards.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500})
    assert (captured.status, captured.amount_received) == ("succeeded", 1500)
    with pytest.raises(stripe.InvalidRequestError, match="cannot cancel"):
        cards.v1.payment_intents.cancel(held.id)
    waiting = cards.v1.payment_intents.create({"amount": 500, "currency": "cad"})
    assert cards.v1.payment_intents.cancel(waiting.id).status == "canceled"
    with pytest.raises(stripe.CardError) as declined:
        cards.v1.payment_intents.create(
            {"amount": 500, "currency": "cad", "confirm": True, "payment_method": "pm_card_chargeDeclined"}
        )
    assert declined.value.code == "card_declined"


def test_refunds_never_exceed_the_charge_and_are_seen_everywhere(cards: stripe.StripeClient) -> None:
    charge = cards.v1.charges.create({"amount": 1000, "currency": "cad", "source": "tok_visa"})
    first = cards.v1.refunds.create({"charge": charge.id, "amount": 400})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        cards.v1.refunds.create({"charge": charge.id, "amount": 601})
    cards.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError) as done:
        cards.v1.refunds.create({"charge": charge.id})
    assert done.value.code == "charge_already_refunded"
    after = cards.v1.charges.retrieve(charge.id, {"expand": ["balance_transaction"]})
    assert (after.amount_refunded, after.refunded) == (1000, True)
    assert after.balance_transaction.fee == 59  # type: ignore[union-attr]
    assert first.balance_transaction in [txn.id for txn in everything(cards.v1.balance_transactions)]
    told = everything(cards.v1.events, type="charge.refunded", created={"gte": charge.created})
    assert len(told) >= 2


def test_an_idempotency_key_gets_its_first_answer(cards: stripe.StripeClient, world: sandbox.World) -> None:
    params: Any = {"amount": 700, "currency": "cad", "source": "tok_visa"}
    first = cards.v1.charges.create(params, {"idempotency_key": "order-1"})
    again = cards.v1.charges.create(params, {"idempotency_key": "order-1"})
    assert again.id == first.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        cards.v1.charges.create({**params, "amount": 701}, {"idempotency_key": "order-1"})
    before = world.truth["stripe"]["charges_count"]
    world.fault("stripe", "500_after", path="charges")
    for _ in range(2):  # the failure is the key's answer, though the charge was made
        with pytest.raises(stripe.APIError):
            cards.v1.charges.create(params, {"idempotency_key": "order-2"})
    assert world.truth["stripe"]["charges_count"] == before + 1
    world.fault("stripe", "timeout_after", path="charges", seconds=0.05)
    with pytest.raises(stripe.APIConnectionError):
        cards.v1.charges.create(params, {"idempotency_key": "order-3"})
    cards.v1.charges.create(params, {"idempotency_key": "order-3"})
    assert world.truth["stripe"]["charges_count"] == before + 2


def test_errors_have_stripes_shape_and_a_request_id(cards: stripe.StripeClient, world: sandbox.World) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such charge: 'ch_none'") as missing:
        cards.v1.charges.retrieve("ch_none")
    assert missing.value.http_status == 404
    assert missing.value.request_id
    with pytest.raises(stripe.InvalidRequestError, match="No such charge"):
        cards.v1.charges.list({"starting_after": "ch_none"})
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: amount"):
        cards.v1.payment_intents.create({"currency": "cad"})  # type: ignore[typeddict-item]
    with pytest.raises(stripe.InvalidRequestError):
        cards.v1.charges.list({"limit": 101})
    stranger = stripe.StripeClient("sk_test_nobody12345", base_addresses={"api": world.url("stripe")})
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        stranger.v1.charges.list()
    world.fault("stripe", "429")
    with pytest.raises(stripe.RateLimitError):
        cards.v1.charges.list()


def test_basic_is_as_good_as_bearer(world: sandbox.World) -> None:
    url = world.url("stripe") + "/v1/charges"
    assert httpx.get(url, auth=(world.stand_ins["stripe"].password, "")).status_code == 200
    assert httpx.get(url).status_code == 401
    assert (
        httpx.get(
            world.url("stripe") + "/v1/nothing", auth=(world.stand_ins["stripe"].password, "")
        ).status_code
        == 404
    )


def test_pages_go_backwards_too(cards: stripe.StripeClient) -> None:
    listed = everything(cards.v1.charges)
    page = cards.v1.charges.list({"limit": 3, "ending_before": listed[6].id})
    assert [charge.id for charge in page.data] == [charge.id for charge in listed[3:6]]
    assert page.has_more


def test_metadata_can_be_added(cards: stripe.StripeClient) -> None:
    charge = everything(cards.v1.charges)[0]
    cards.v1.charges.update(charge.id, {"metadata": {"invoice": "77"}})
    assert cards.v1.charges.retrieve(charge.id).metadata.to_dict() == {"order_id": "1000", "invoice": "77"}
    assert len(everything(cards.v1.charges)) == 43
