"""What becomes of a sale in the books, to the cent: refunds, backorders, commissions, cost of goods.

One story in three builds (sales_story.py); each test reads what stood there after them.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.dbt import sales_story, shop
from tests.dbt.conftest import Builder
from tests.dbt.sales_story import HALF, LATER, MODELS, ORDERS, POSTED, Books, Entry

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def steps(builder: Builder) -> list[Books]:
    """The books after each build of the story."""
    return [sales_story.read(builder) for _ in sales_story.tell(builder)]


def entry(*lines: tuple[str, str]) -> Entry:
    return {role: Decimal(amount) for role, amount in lines}


def test_a_partial_refund_waits_until_the_money_went_back(steps: list[Books]) -> None:
    assert steps[0].why(55) == "the money has not gone back yet"
    assert "woocommerce_refund_55" not in steps[0].entries
    refund = steps[1].refunds["woocommerce:55"]
    assert refund["ledger_wait_reason"] is None and refund["refund_id_stripe"] == "re_1"
    assert (refund["refund_date"], refund["posting_date"]) == (shop.FIRST_DAY.date(), LATER.date())
    assert steps[1].entries["woocommerce_refund_55"] == entry(
        ("returns", "40.00"), ("tax.HST.ON", "5.20"), ("clearing.stripe", "-45.20")
    )


def test_a_deleted_refund_leaves_stripes_own(steps: list[Books]) -> None:
    assert steps[2].why(55) == "deleted" and "woocommerce_refund_55" not in steps[2].entries
    assert steps[2].entries["stripe_refund_re_1"]["clearing.stripe"] == Decimal("-45.20")


def test_a_second_attempt_pays_a_refund_that_failed(steps: list[Books]) -> None:
    assert steps[0].why(56) == "Stripe could not pay it back"
    assert steps[1].why(56) is None
    assert steps[1].refunds["woocommerce:56"]["refund_id_stripe"] == "re_3"


def test_amount_only_refunds_of_all_reverse_what_was_charged(steps: list[Books]) -> None:
    """Paid at the door: they count when they are entered."""
    keys = ("woocommerce_order_3", "woocommerce_refund_57", "woocommerce_refund_58")
    sale, first, second = (steps[0].entries[key] for key in keys)
    together = {role: first.get(role, Decimal(0)) + second.get(role, Decimal(0)) for role in first | second}
    assert together == {("returns" if role == "sales" else role): -amount for role, amount in sale.items()}
    assert together["gift_cards"] == 50 and together["tips_payable"] == 2
    assert first["clearing.cod"] == -Decimal(HALF)


def test_a_refund_that_only_stripe_knows_until_the_shop_does(steps: list[Books]) -> None:
    expected = entry(
        ("returns", "50.00"),
        ("shipping_revenue", "6.00"),
        ("tax.HST.ON", "7.28"),
        ("clearing.stripe", "-63.28"),
    )
    assert steps[0].entries["stripe_refund_re_4"] == expected
    assert "stripe_refund_re_4" not in steps[1].entries and "stripe:re_4" not in steps[1].refunds
    assert steps[1].entries["woocommerce_refund_59"] == expected


def test_more_than_is_left_is_not_entered(steps: list[Books]) -> None:
    assert steps[0].why(60) is None
    assert steps[0].why(61) == "more is given back than the order has left"
    assert steps[0].refunds["woocommerce:61"]["unallocated_amount"] == Decimal("23.44")


def test_what_was_paid_with_a_gift_card_goes_back_onto_it_last(steps: list[Books]) -> None:
    assert steps[0].entries["woocommerce_refund_62"] == entry(
        ("returns", "100.00"), ("shipping_revenue", "12.00"), ("tax.HST.ON", "14.56"),
        ("clearing.stripe", "-76.56"), ("gift_cards", "-50.00"),
    )  # fmt: skip


def test_a_backorder_is_deferred_and_released_when_it_ships(steps: list[Books]) -> None:
    sale = steps[0].entries["woocommerce_order_7"]
    assert (sale["deferred_revenue"], sale["tax.HST.ON"]) == (Decimal("-112.00"), Decimal("-14.56"))
    assert "sales" not in sale
    assert steps[1].entries["woocommerce_shipment_7"] == entry(
        ("deferred_revenue", "112.00"), ("sales", "-100.00"), ("shipping_revenue", "-12.00")
    )
    shipment = steps[1].shipments["woocommerce:7"]
    assert (shipment["total_amount"], shipment["is_last"], shipment["shipment_number"]) == (
        Decimal("126.56"), True, 1,
    )  # fmt: skip


def test_two_pickings_release_their_parts(steps: list[Books]) -> None:
    """Three of five were in stock; with a discount; the pickings in Odoo say when they left."""
    assert steps[0].entries["woocommerce_order_8"]["deferred_revenue"] == Decimal("-40.80"), "36.00 and 4.80"
    part = entry(
        ("deferred_revenue", "20.40"),
        ("discounts", "2.00"),
        ("sales", "-20.00"),
        ("shipping_revenue", "-2.40"),
    )
    assert steps[1].entries["odoo_shipment_901"] == part
    assert steps[2].entries["odoo_shipment_902"] == part
    first, second = (steps[2].shipments[key] for key in ("odoo:901", "odoo:902"))
    assert (first["is_last"], second["is_last"]) == (False, True)
    assert first["total_amount"] + second["total_amount"] == Decimal(ORDERS[8]["total"])
    assert first == steps[1].shipments["odoo:901"] | {"build_id": first["build_id"]}, "it never moves"


def test_a_backorder_given_back_before_it_ships(steps: list[Books]) -> None:
    """Shipping that is kept becomes revenue: nothing is left to ship for it."""
    assert steps[0].entries["woocommerce_order_9"]["deferred_revenue"] == Decimal("-44.80")
    assert steps[0].entries["woocommerce_refund_63"] == entry(
        ("shipping_revenue", "-4.80"),
        ("deferred_revenue", "44.80"),
        ("tax.HST.ON", "5.20"),
        ("clearing.cod", "-45.20"),
    )
    assert "woocommerce_shipment_9" not in steps[1].entries
    assert steps[1].shipments["woocommerce:9"]["goods_amount"] == 60


def test_a_commission_is_owed_and_given_back(steps: list[Books]) -> None:
    found = steps[0].entries
    assert found["woocommerce_order_10_commission"] == entry(
        ("commissions", "10.00"), ("tax_recoverable.HST.ON", "1.30"), ("commissions_payable", "-11.30")
    )
    assert steps[0].why(64) is None
    assert found["woocommerce_refund_64_commission"] == entry(
        ("commissions", "-4.00"), ("tax_recoverable.HST.ON", "-0.52"), ("commissions_payable", "4.52")
    )
    whole = entry(("commissions", "15.19"), ("commissions_payable", "-15.19"))
    assert found["woocommerce_order_11_commission"] == whole
    assert found["woocommerce_refund_65_commission"] == {role: -amount for role, amount in whole.items()}


def test_cost_of_goods_where_the_books_leave_it_to_us(steps: list[Books]) -> None:
    assert not [key for key in steps[0].entries if key.endswith("_cost")], "Odoo's own"
    found = steps[1].entries
    assert found["woocommerce_shipment_12_cost"] == entry(("cost_of_goods", "40.00"), ("inventory", "-40.00"))
    assert found["woocommerce_refund_66_cost"] == entry(("cost_of_goods", "-8.00"), ("inventory", "8.00")), (
        "one of two"
    )
    assert steps[1].refunds["woocommerce:66"]["restocked_quantity"] == 1


def test_another_currency_is_booked_at_the_day_of_each_event(steps: list[Books]) -> None:
    """What was deferred leaves at the rate it came in at; the difference is a gain or a loss."""
    assert steps[0].entries["woocommerce_order_13"]["deferred_revenue"] == Decimal("-140.00"), (
        "112.00 at 1.25"
    )
    assert steps[0].entries["woocommerce_refund_67"] == entry(
        ("deferred_revenue", "70.00"),
        ("tax.HST.ON", "11.65"),
        ("clearing.cod", "-101.25"),
        ("fx_gain_loss", "19.60"),
    )
    assert steps[1].entries["woocommerce_refund_67"] == steps[0].entries["woocommerce_refund_67"]
    assert steps[1].entries["woocommerce_shipment_13"]["deferred_revenue"] == Decimal("70.00")


def test_a_refund_before_the_books_start_waits_and_a_later_one_of_an_older_sale_does_not(
    steps: list[Books],
) -> None:
    assert steps[0].why(68) == "before the books start"
    assert "woocommerce_order_14" not in steps[0].entries
    assert steps[0].entries["woocommerce_refund_69"]["clearing.cod"] == -10


def test_a_return_at_the_counter_where_its_sales_are_ours_to_book(steps: list[Books]) -> None:
    refund = steps[0].refunds["odoo_pos:2"]
    assert refund["ledger_wait_reason"] == "its own system keeps its books"
    assert "odoo_pos_refund_2" not in steps[0].entries
    assert steps[1].entries["odoo_pos_refund_2"] == entry(
        ("returns", "7.50"), ("tax.HST.ON", "0.98"), ("clearing.cash", "-8.48")
    )


def test_built_in_steps_it_is_what_a_rebuild_makes(builder: Builder, steps: list[Books]) -> None:
    in_steps = _everything(builder)
    assert all(in_steps[model] for model in POSTED)
    builder.build(*MODELS, full_refresh=True)
    rebuilt = _everything(builder)
    for relation, content in rebuilt.items():
        assert in_steps[relation] == content, relation
    builder.build(*MODELS)
    assert _everything(builder) == rebuilt, "nothing new, nothing changed"


def _everything(builder: Builder) -> dict[str, list[str]]:
    relations = [("intermediate", model) for model in (*POSTED, "int_refund_parts", "int_deferral_moves")]
    relations += [("marts", mart) for mart in ("refunds", "refund_taxes", "shipments", "shipment_lines")]
    content = "select (to_jsonb(it) - 'build_id')::text as content from {}.{} as it order by 1"
    return {
        name: [row["content"] for row in builder.rows(content.format(schema, name))]
        for schema, name in relations
    }
