"""Everything that may happen to a card payment on its way to the bank, as one story in raw."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.dbt import books, shop, stripe_money
from tests.dbt.conftest import Builder
from tests.dbt.shop import Payload
from tests.dbt.stripe_money import movement

MODELS = (
    "+reconciliation_payments",
    "+reconciliation_payouts",
    "+reconciliation_clearing",
    "+disputes",
    "+balance_transactions",
    "+quarantine",
    "+out_odoo__ledger_entries",
)
ACCOUNTS = {
    "clearing.stripe.reserve": "111540",
    "bank": "111311",
    "bank_suspense": "111312",
    "gift_cards": "236100",
    "fx_gain_loss": "612100",
    "dispute_fees": "512240",
    "chargeback_loss": "512250",
    "disputes_receivable": "111530",
    "suspense": "111550",
    "tax_recoverable.HST": "118300",
    "returns": "411270",
}
DAY = timedelta(days=1)


def example(number: int, **given: Any) -> Payload:
    """Ontario: goods 100, shipping 12, HST 14.56, total 126.56; Stripe keeps 3.97."""
    return shop.order(number, lines=[("TEA-1", 2, "50.00")], **given)


def paid(builder: Builder, number: int, **given: Any) -> tuple[Payload, Payload]:
    """The order was paid by card; its charge and the charge's balance transaction."""
    sold = example(number, **given)
    shop.land_paid(builder.sql, sold)
    charge = shop.charge(sold)
    return charge, shop.balance_transaction(charge)


def tell(builder: Builder) -> None:
    """The story is told in three builds, and everything that is due is posted after the second."""
    sql = builder.sql
    sql.cursor().executemany(
        "insert into settings.accounts values (%s, %s) on conflict do nothing", list(ACCOUNTS.items())
    )
    _rates(builder, ("2026-10-01", "1.37"))
    _, first = paid(builder, 1)
    stripe_money.pay_out(sql, "po_1", [first], arrives=date(2026, 11, 5))
    _dispute_four(builder)
    _pay_with_gift_card(builder, 6)
    _sell_abroad(builder, 7, "USD", "po_7")
    _move_otherwise(builder)
    _, late = paid(builder, 8)
    stripe_money.pay_out(sql, "po_8", [late], arrives=date(2026, 11, 22), status="in_transit")
    _, once = paid(builder, 9)
    stripe_money.pay_out(sql, "po_9", [once], arrives=date(2026, 11, 6), status="failed")
    stripe_money.pay_out(
        sql, "po_11", [], arrives=date(2026, 11, 12), short=-1000, reconciliation_status="not_applicable"
    )  # by hand
    _sell_abroad(builder, 25, "EUR", "po_25")
    builder.build(*MODELS)

    # refunds alone: Stripe takes from the bank
    charge, _ = paid(builder, 10)
    refund = stripe_money.stripe_refund("re_10", charge, 4520)
    shop.land(sql, "stripe__charges", {charge["id"]: charge | {"amount_refunded": 4520}})
    shop.land(sql, "stripe__refunds", {"re_10": refund})
    _refund_in_shop(builder, 10, "45.20")
    back = movement("txn_re_10", "refund", -4520, source="re_10", at=shop.FIRST_DAY + DAY)
    stripe_money.pay_out(sql, "po_10", [back], arrives=date(2026, 11, 9))
    # faults
    _, short = paid(builder, 20)
    stripe_money.pay_out(sql, "po_20", [short], arrives=date(2026, 11, 10), short=1)
    charge, _ = paid(builder, 21)
    shop.land(sql, "stripe__charges", {charge["id"]: charge | {"balance_transaction": None}})
    shop.land(sql, "stripe__balance_transactions", {"txn_21": {}}, deleted=True)
    charge, whole = paid(builder, 22)
    stripe_money.move(sql, whole | {"fee": None})
    charge, _ = paid(builder, 23)
    shop.land(sql, "stripe__charges", {charge["id"]: charge | {"amount_refunded": 9040}})
    twice = [stripe_money.stripe_refund(f"re_23{which}", charge, 4520) for which in "ab"]
    shop.land(sql, "stripe__refunds", {each["id"]: each for each in twice})
    stripe_money.move(
        sql, *(movement(f"txn_{each['id']}", "refund", -4520, source=each["id"]) for each in twice)
    )
    _refund_in_shop(builder, 23, "45.20")
    _, by_day = paid(builder, 24)
    stripe_money.pay_out(sql, "po_24", [by_day], arrives=date(2026, 11, 16))
    stripe_money.bank(
        sql,
        ("2026-11-05", "122.59", "STRIPE TRANSFER PO_1"),
        ("2026-11-06", "166.83", "DEPOSIT 77"),
        ("2026-11-09", "-45.20", "STRIPE"),
        ("2026-11-10", "122.58", "STRIPE"),
        ("2026-11-17", "122.58", "STRIPE"),
        ("2026-11-12", "10.00", "STRIPE po_11"),
        ("2026-11-06", "166.83", "STRIPE po_25"),
        ("2026-11-20", "500.00", "DEPOSIT 78"),
    )
    builder.build(*MODELS)
    books.post(builder)
    builder.build(*MODELS)


def _rates(builder: Builder, *rates: tuple[str, str]) -> None:
    """What a US dollar costs, from a day on."""
    shop.land(builder.sql, "odoo__res_company", {"1": books.company()})
    currencies = {
        str(id_): {"id": id_, "name": name, "active": True} for id_, name in ((3, "CAD"), (1, "USD"))
    }
    shop.land(builder.sql, "odoo__res_currency", currencies)
    found = {
        str(place): {"id": place, "name": day, "rate": float(1 / Decimal(rate)), "currency_id": 1,
                     "company_id": 1, "write_date": f"{day} 00:00:00"}
        for place, (day, rate) in enumerate(rates, start=1)
    }  # fmt: skip
    shop.land(builder.sql, "odoo__res_currency_rate", found)


def _dispute_four(builder: Builder) -> None:
    """Orders 2 to 5 are disputed: open, won with its fee given back, lost, and an inquiry only."""
    for number, status in ((2, "under_review"), (3, "won"), (4, "lost"), (5, "warning_needs_response")):
        charge, _ = paid(builder, number)
        identity = f"du_{number}"
        shop.land(builder.sql, "stripe__disputes", {identity: stripe_money.dispute(identity, charge, status)})
        if status == "warning_needs_response":
            continue
        taken = movement(
            f"txn_du_{number}", "adjustment", -12656, fee=2000, source=identity, category="dispute"
        )
        stripe_money.move(builder.sql, taken)
        if status == "won":
            given = movement(
                f"txn_du_{number}_back", "adjustment", 12656, fee=-2000, source=identity,
                category="dispute_reversal", at=shop.FIRST_DAY + 5 * DAY,
            )  # fmt: skip
            stripe_money.move(builder.sql, given)


def _pay_with_gift_card(builder: Builder, number: int) -> None:
    sold = example(number) | {"gift_cards": [{"id": 1, "code": "GIFT", "amount": "50.00"}], "total": "76.56"}
    shop.land_paid(builder.sql, sold)


def _sell_abroad(builder: Builder, number: int, currency: str, payout: str) -> None:
    """126.56 in another currency, which Stripe changed at 1.36."""
    sold = example(number) | {"currency": currency}
    shop.land(builder.sql, "woocommerce__orders", {str(number): sold})
    shop.land(builder.sql, "stripe__charges", {f"ch_{number}": shop.charge(sold)})
    settled = movement(f"txn_{number}", "charge", 17212, fee=529, source=f"ch_{number}", exchange_rate="1.36")
    stripe_money.pay_out(builder.sql, payout, [settled], arrives=date(2026, 11, 6))


def _move_otherwise(builder: Builder) -> None:
    """A charge for no order, a fee, a taxed one, a reserve, and a type that nobody knows."""
    stray = shop.charge(example(99))
    shop.land(builder.sql, "stripe__charges", {stray["id"]: stray})
    tax = {"fee_details": [{"type": "stripe_fee", "amount": 1000}, {"type": "tax", "amount": 130}]}
    stripe_money.move(
        builder.sql,
        shop.balance_transaction(stray),
        movement("txn_fee", "stripe_fee", -500, category="fee"),
        movement("txn_taxed", "stripe_fee", 0, fee=1130, category="fee", **tax),
        movement("txn_reserve", "reserve_transaction", -3000),
        movement("txn_odd", "anticipation", 1234),
    )


def _refund_in_shop(builder: Builder, order: int, amount: str) -> None:
    """Goods for 40 and their tax of 5.20 were given back through Stripe."""
    sold = example(order)
    line = sold["line_items"][0]
    refund = shop.refund(order * 10, sold) | {"amount": amount, "refunded_payment": True}
    refund["line_items"][0] |= {"quantity": 0, "total": "-40.00", "total_tax": "-5.20"}
    refund["line_items"][0]["meta_data"] = [{"id": 1, "key": "_refunded_item_id", "value": str(line["id"])}]
    refund["tax_lines"] = [{"rate_id": 1, "tax_total": "-5.20"}]
    shop.land(builder.sql, "woocommerce__refunds", {str(order * 10): refund})
