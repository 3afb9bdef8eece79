"""What is due at Stripe: of payments only authorized, of refunds entered in the shop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt import cards, shop
from tests.dbt.conftest import Builder

READ_AT = shop.FIRST_DAY + timedelta(days=20)
GOODS = [("TEA-1", 1, "100.00")]  # 126.56 with shipping and HST


@pytest.fixture(scope="module")
def told(builder: Builder) -> Builder:
    """A shop in which every case stands, built once in steps."""
    sql = builder.sql
    cards.read(builder, "stripe", READ_AT, "payment_intents")
    cards.read(builder, "woocommerce", READ_AT, "refunds")
    cards.switch(builder, card_captures="one_way", card_refunds="one_way")

    def held(number: int, status: str = "on-hold", **fields: Any) -> shop.Payload:
        return shop.order(number, lines=GOODS, status=status, paid_at=None) | {"date_paid_gmt": None} | fields

    done = {"date_completed_gmt": "2026-11-20T10:00:00"}
    cards.authorize(builder, held(1))  # nothing has shipped
    cards.authorize(builder, held(2, "completed", **done))  # shipped whole
    cards.authorize(builder, held(3, "cancelled"))  # called off
    cards.authorize(builder, held(4), at=READ_AT - timedelta(days=5, hours=1))  # lapses in less than two days
    cards.authorize(
        builder, held(5, "completed", **done), status="canceled", cancellation_reason="automatic",
        canceled_at=int(READ_AT.timestamp()),
    )  # fmt: skip
    cards.authorize(builder, held(6, "completed", **done), status="succeeded", captured=12656)
    cards.authorize(builder, held(7, "completed", **done))  # a refund before it shipped: less is captured
    shop.land(sql, "woocommerce__refunds", {"71": _refund(71, 7, "45.20")})
    cards.authorize(builder, held(8, "completed", **done), captured=5000, several=True)  # by somebody else
    cards.authorize(builder, held(9, "cancelled", **done))  # cancelled, but shipped
    cards.authorize(builder, held(10, "completed", **done), currency="usd")
    cards.authorize(builder, held(11), status="succeeded", captured=5000)  # the rest is gone
    shop.land_paid(sql, shop.order(12, lines=GOODS))  # never only authorized
    _refunded_orders(builder)
    cards.build(builder)
    return builder


def _refunded_orders(builder: Builder) -> None:
    """Orders of 126.56 that were paid by card, each with what was entered in the shop and what went back."""
    orders = {number: shop.order(number, lines=GOODS) for number in range(20, 34)}
    shop.land_paid(builder.sql, *orders.values())
    charge = shop.charge(orders[29])
    shop.land(builder.sql, "stripe__charges", {"ch_29": charge | {"disputed": True}})
    dispute = {
        "id": "du_29",
        "amount": 12656,
        "currency": "cad",
        "status": "needs_response",
        "charge": "ch_29",
    }
    shop.land(builder.sql, "stripe__disputes", {"du_29": dispute | {"created": charge["created"]}})
    entered = {
        201: _refund(201, 20, "45.20"),  # due
        211: _refund(211, 21, "45.20", refunded_payment=True),  # the shop's plugin paid it
        221: _refund(221, 22, "45.20"),  # Stripe's refund names it
        231: _refund(231, 23, "45.20"),  # somebody paid it at Stripe by hand
        241: _refund(241, 24, "45.20"),  # another amount went back by hand: it does not fit any more
        242: _refund(242, 24, "81.36"),
        251: _refund(251, 25, "45.20"),  # two that are due
        252: _refund(252, 25, "22.60"),
        261: _refund(261, 26, "45.20", date_created_gmt="2026-11-02T12:00:00"),  # long ago
        271: _refund(271, 27, "200.00"),  # more than was charged
        281: _refund(281, 28, "45.20"),  # Stripe could not carry it out
        291: _refund(291, 29, "45.20"),  # the charge is disputed
        301: _refund(301, 30, "45.20"),  # the shop sent the first one, which Stripe does not show yet
        302: _refund(302, 30, "81.36", refunded_payment=True),
    }
    shop.land(builder.sql, "woocommerce__refunds", {str(number): row for number, row in entered.items()})
    moved = [
        cards.stripe_refund(21, orders[21], 4520),
        cards.stripe_refund(22, orders[22], 4520, metadata={"refund_id": "221"}),
        cards.stripe_refund(23, orders[23], 4520),
        cards.stripe_refund(24, orders[24], 5000),
        cards.stripe_refund(
            28, orders[28], 4520, status="failed", metadata={"counterflow_key": "refund:woocommerce_281"}
        ),
    ]
    shop.land(builder.sql, "stripe__refunds", {row["id"]: row for row in moved})


def _refund(number: int, order: int, amount: str, **fields: Any) -> shop.Payload:
    return {
        "id": number,
        "parent_id": order,
        "date_created_gmt": "2026-11-20T12:00:00",
        "amount": amount,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": [],
    } | fields


def _authorizations(builder: Builder) -> dict[str, dict[str, Any]]:
    return {
        row["order_id"].removeprefix("woocommerce:"): row
        for row in builder.rows("select * from marts.authorizations")
    }


@pytest.mark.parametrize(
    ("order", "state", "action", "amount", "held"),
    [
        ("1", "held", None, None, None),
        ("2", "held", "capture", "126.56", None),
        ("3", "held", "void", "126.56", None),
        ("4", "held", "report", None, None),
        ("5", "lapsed", "capture", "126.56", "must be authorized again"),
        ("6", "captured", None, None, None),
        ("7", "held", "capture", "81.36", None),
        ("8", "partly captured", "capture", "76.56", None),
        ("9", "held", "capture", "126.56", "cancelled after it had shipped"),
        ("10", "held", "capture", "126.56", "authorized in USD"),
        ("11", "partly captured", "report", None, None),
    ],
)
def test_what_is_due_of_an_authorization(
    told: Builder, order: str, state: str, action: str | None, amount: str | None, held: str | None
) -> None:
    row = _authorizations(told)[order]
    assert (row["state"], row["action_due"]) == (state, action)
    assert row["due_amount"] == (Decimal(amount) if amount else None)
    assert (row["hold_reason"] is not None) == (held is not None)
    assert (held or "") in (row["hold_reason"] or "")


def test_a_payment_that_was_never_only_authorized_is_not_there(told: Builder) -> None:
    assert "12" not in _authorizations(told)


@pytest.mark.parametrize(
    ("refund", "state", "why"),
    [
        ("201", "due", None),
        ("211", "paid back", None),
        ("221", "paid back", None),
        ("231", "paid back", None),
        ("241", "due", None),
        ("242", "due", "only 76.56 CAD may still go back"),
        ("251", "due", None),
        ("252", "due", None),
        ("261", "waits", "entered more than 14 days before"),
        ("271", "due", "only 126.56 CAD may still go back"),
        ("281", "waits", "Stripe could not pay it back"),
        ("291", "due", "the charge is disputed"),
        ("301", "due", None),
        ("302", "paid back", None),
        ("71", "waits", "only authorized yet"),
    ],
)
def test_what_is_to_go_back(told: Builder, refund: str, state: str, why: str | None) -> None:
    [row] = told.rows(f"select * from marts.card_refunds where refund_id = 'woocommerce:{refund}'")
    assert row["state"] == state
    assert (why or "") in (row["wait_reason"] or row["hold_reason"] or "")
    assert (row["wait_reason"] or row["hold_reason"] or None) is None or why


def test_what_leaves_is_in_cents_and_never_above_what_is_left(told: Builder) -> None:
    captures = {row["write_key"]: row for row in told.rows("select * from outbound.out_stripe__captures")}
    assert captures["capture:pi_2:1"]["payload"] == {
        "payment_intent": "pi_2", "charge": "ch_2", "number": 1, "amount": 12656, "currency": "CAD",
        "is_last": True, "idempotency_key": "counterflow-stripe-capture:pi_2:1",
    }  # fmt: skip
    assert captures["capture:pi_8:1"]["captured_at_most_minor"] == 12656
    assert captures["capture:pi_5:1"]["hold_class"] == "needs_person"
    [void] = told.rows("select write_key from outbound.out_stripe__cancellations")
    assert void["write_key"] == "void:pi_3"
    refunds = {row["write_key"]: row for row in told.rows("select * from outbound.out_stripe__refunds")}
    assert refunds["refund:woocommerce_251"]["refunded_at_most_minor"] == 4520
    assert refunds["refund:woocommerce_252"]["refunded_at_most_minor"] == 6780
    assert refunds["refund:woocommerce_301"]["refunded_at_most_minor"] == 12656
    assert refunds["refund:woocommerce_201"]["payload"]["charge"] == "ch_20"


def test_what_changes_is_the_same_as_rebuilt(told: Builder) -> None:
    """Own writes not seen at Stripe yet, answers that are out, time that passes; then all from scratch."""
    sql = told.sql
    _written(told, "capture", "capture:pi_2:1", "confirmed")
    _written(told, "capture", "capture:pi_8:1", "unknown")
    _written(told, "refund", "refund:woocommerce_251", "confirmed")
    cards.read(told, "stripe", READ_AT + timedelta(days=4), "payment_intents")
    order = shop.order(1, lines=GOODS, status="completed", paid_at=None) | {"date_paid_gmt": None}
    shop.land(sql, "woocommerce__orders", {"1": order | {"status": "cancelled"}})
    done = {"date_completed_gmt": "2026-11-20T10:00:00", "date_paid_gmt": None}
    smaller = shop.order(8, lines=[("TEA-1", 1, "90.00")], status="completed") | done
    shop.land(sql, "woocommerce__orders", {"8": smaller})
    moved = cards.stripe_refund(25, shop.order(25, lines=GOODS), 2260)
    shop.land(sql, "stripe__refunds", {"re_25": moved})
    cards.build(told)
    found = _authorizations(told)
    assert (found["2"]["state"], found["2"]["action_due"]) == ("captured", None)
    assert found["8"]["due_amount"] == Decimal("76.56"), "its answer is out: what was sent stands"
    assert "65.26 is owed by now" in found["8"]["hold_reason"]
    assert found["1"]["action_due"] == "void"
    assert found["4"]["is_about_to_lapse"] and found["10"]["is_about_to_lapse"]
    states = {row["refund_id"]: row for row in told.rows("select * from marts.card_refunds")}
    assert states["woocommerce:251"]["state"] == states["woocommerce:252"]["state"] == "paid back"

    in_steps = _contents(told)
    cards.build(told, full_refresh=True)
    for relation, content in _contents(told).items():
        assert in_steps[relation] == content, relation
    cards.switch(told, card_captures="one_way", card_refunds="off")
    cards.build(told)
    assert told.rows("select 1 from outbound.out_stripe__refunds") == []


def _written(builder: Builder, thing: str, key: str, status: str) -> None:
    model = f"out_stripe__{thing}s"
    builder.sql.execute(
        "insert into sync.writes (system, thing, key, hash, kind, outbound_model, payload, status, run_id)"
        f" select 'stripe', '{thing}', write_key, payload_hash, 'posting', '{model}', payload, '{status}',"
        f" 'test' from outbound.{model} where write_key = '{key}'"
    )
    builder.sql.commit()


def _contents(builder: Builder) -> dict[str, list[str]]:
    outbound = [f"outbound.out_stripe__{name}" for name in ("captures", "cancellations", "refunds")]
    return {name: builder.content(name) for name in ("marts.authorizations", "marts.card_refunds", *outbound)}
