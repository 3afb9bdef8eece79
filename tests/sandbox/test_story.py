from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.story import Story
from sandbox.story_tax import RATES_BY_PROVINCE, round_tax


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first, again, other = Story(200, 7), Story(200, 7), Story(200, 8)
    assert [first.order(i) for i in range(200)] == [again.order(i) for i in range(200)]
    assert first.back_office == again.back_office
    assert [first.order(i).lines for i in range(200)] != [other.order(i).lines for i in range(200)]


@pytest.mark.parametrize("orders", [1, 2, 50, 900])
def test_small_histories_end_with_order_1000(orders: int) -> None:
    story = Story(orders)
    ids = [story.order(i).order_id for i in range(orders)]
    assert ids == list(range(1001 - orders, 1001))
    assert story.index_of(1000) == orders - 1
    assert story.index_of(1001) is None


def test_larger_histories_start_at_2001() -> None:
    story = Story(901)
    assert story.order(0).order_id == 2001


@pytest.mark.parametrize("orders", [0, 1_000_001])
def test_impossible_sizes_are_refused(orders: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000000"):
        Story(orders)


def test_any_order_of_a_million_is_computed_alone() -> None:
    story = Story(1_000_000)
    order = story.order(654_321)
    assert order.order_id == 2001 + 654_321
    assert order.created_at < story.until
    assert order.created_at >= datetime(2025, 4, 1, tzinfo=UTC)  # no order from before today's rates


@pytest.mark.parametrize("orders", [60, 3000])
def test_orders_add_up_and_happen_in_order(orders: int) -> None:
    story = Story(orders)
    before = None
    for index in range(orders):
        order = story.order(index)
        goods = sum(line.total_cents for line in order.lines)
        charges = sum(line.total_cents for line in order.charges) - goods
        assert order.total_cents + order.gift_card_cents == goods + charges + order.tax_cents
        assert order.total_cents > 0
        assert before is None or before <= order.created_at
        assert order.created_at <= order.modified_at <= story.until
        refunded = [refund.refunded_at for refund in order.shop_refunds]
        for moment in (order.paid_at, order.completed_at, *refunded):
            assert moment is None or order.created_at <= moment <= order.modified_at
        if order.refunds:
            assert 0 < sum(refund.amount_cents for refund in order.refunds) <= order.total_cents
        before = order.created_at


def test_fifty_orders_hold_every_status_method_and_kind_of_refund() -> None:
    orders = [Story(50).order(i) for i in range(50)]
    statuses = {"pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash"}
    assert {order.status for order in orders} == statuses
    assert {order.payment_method for order in orders} >= {"stripe", "bacs", "cheque", "cod"}
    refunds = [refund for order in orders for refund in order.refunds]
    assert {(refund.is_full, bool(refund.lines)) for refund in refunds} == {
        (True, True),
        (False, True),
        (False, False),
    }
    assert any(order.coupon_percent for order in orders)
    assert any(order.fees for order in orders)
    assert any(order.customer.customer_id == 0 for order in orders)
    assert any(order.dispute for order in orders)


def test_tax_is_the_provinces_own_and_rounds_half_a_cent_up() -> None:
    totals = {
        province: sum(rate.rate_milli for rate in rates) for province, rates in RATES_BY_PROVINCE.items()
    }
    wanted = {"ON": 13000, "QC": 14975, "BC": 12000, "NS": 14000, "AB": 5000, "NB": 15000, "MB": 12000}
    assert wanted | {"SK": 11000, "NL": 15000, "PE": 15000} == {
        p: totals[p] for p in (*wanted, "SK", "NL", "PE")
    }
    assert round_tax(14000, 9975) == 1397  # 13.965
    assert round_tax(-2450, 5000) == -123  # 1.225


def test_stock_follows_from_the_count_and_what_was_sold_since() -> None:
    story = Story(400)
    web: Counter[str] = Counter()
    for index in range(400):
        order = story.order(index)
        if order.is_stock_reduced and order.created_at >= story.counted_at:
            web.update({line.sku.code: order.taken(at) for at, line in enumerate(order.lines)})
    odoo: Counter[str] = Counter()
    for sale in (*story.counter_sales, *story.typed_orders):
        for line in sale.lines:
            odoo[line.sku.code] += line.delivered
    received = Counter(
        {line.sku.code: line.received for order in story.purchase_orders for line in order.lines}
    )
    for row in story.opening_stock:
        assert story.web_stock[row.sku.code] == row.quantity - web[row.sku.code]
        assert story.odoo_stock[row.sku.code] == row.quantity - odoo[row.sku.code] + received[row.sku.code]
    assert any(story.web_stock[code] != story.odoo_stock[code] for code in story.skus)
    assert any(quantity < 0 for quantity in story.odoo_stock.values())
    assert all(quantity >= 0 for quantity in story.web_stock.values())


def test_completed_web_orders_since_the_count_are_typed_in_and_some_are_part_shipped() -> None:
    story = Story(60)
    typed = {order.web_order_number: order for order in story.typed_orders if order.web_order_number}
    for index in range(60):
        order = story.order(index)
        if order.status == "completed" and order.customer.country == "CA":
            assert all(line.delivered == line.quantity for line in typed[order.number].lines)
    assert any(0 < line.delivered < line.quantity for order in typed.values() for line in order.lines)
    assert any(order.web_order_number is None for order in story.typed_orders)


def test_catalogue_holds_what_matching_must_cope_with() -> None:
    story = Story(10)
    codes = {sku.code: sku.odoo_codes for sku in story.all_skus}
    assert len(story.products) > 40
    assert sum(product.is_variable for product in story.products) == 3
    assert any(not known for known in codes.values())  # the web shop's only
    assert any(sku.product_id is None for sku in story.all_skus)  # Odoo's only
    assert any(len(known) == 2 for known in codes.values())  # entered twice
    assert any(
        known and known[0] != code and known[0].strip().upper() == code for code, known in codes.items()
    )


def test_a_larger_file_of_real_trade_may_take_the_cuts_place(
    contracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Story(10)
    file = contracts / "data" / "online_retail" / "online_retail.csv.xz"
    monkeypatch.setenv("COUNTERFLOW_TRADING_DATA", str(file))
    large = Story(10)
    assert len(large.book._baskets) > 10 * len(small.book._baskets)
    assert large.products == small.products


def test_first_hour_of_trade_is_the_one_the_demo_tells_of() -> None:
    story = Story(60)
    hour = story.trade_hour(0, story.until + timedelta(days=1), 1001)
    first = hour.web_orders[0]
    assert (first.order_id, first.status, first.payment_method) == (1001, "processing", "stripe")
    assert first.customer.province == "ON"
    assert [bool(line.sku.variation_id) for line in first.lines] == [False, True]
    assert first.total_cents == 5406
    assert first.shipping and first.shipping.total_cents > 0
    assert [tax.rate.code for tax in first.shipping.taxes] == ["CA-ON-HST-1"]
    sold_at_counter = {line.sku.code for sale in hour.counter_sales for line in sale.lines}
    assert sold_at_counter & {line.sku.code for line in first.lines}
    assert len(hour.web_orders) == 6
    assert story.trade_hour(1, story.until, 1007).web_orders[0].lines != first.lines


def test_what_is_short_is_on_its_way_and_comes_later_than_it_was_promised() -> None:
    story = Story(60)
    first = story.trade_hour(0, story.until, 1001).web_orders[0]
    [whole, short] = first.lines
    assert (whole.backordered, short.backordered) == (0, 2)
    assert story.odoo_stock[whole.sku.code] > 20
    waiting = [
        (line, story.order(index))
        for index in range(60)
        for line in story.order(index).lines
        if story.order(index).status == "processing"
    ]
    older = sum(line.quantity for line, order in waiting if line.sku == short.sku)
    assert story.odoo_stock[short.sku.code] - older == short.quantity - short.backordered
    inbound = {
        line.sku.code: order
        for order in story.purchase_orders
        if order.state == "purchase"
        for line in order.lines
        if line.quantity > line.received
    }
    assert {line.sku.code for line, _ in waiting if line.backordered} | {short.sku.code} <= set(inbound)
    assert story.trade_hour(0, story.until, 1001).slips == ()
    [slip] = story.trade_hour(1, story.until, 1007).slips
    assert slip.ref == inbound[short.sku.code].ref
    assert slip.expected_at - inbound[short.sku.code].expected_at == timedelta(days=7)


def test_open_orders_go_to_many_provinces_abroad_and_to_addresses_that_are_wrong() -> None:
    story = Story(60)
    hours = [story.trade_hour(hour, story.until, 1001 + 6 * hour).web_orders for hour in range(2)]
    is_open = [order for order in map(story.order, range(60)) if order.status == "processing"]
    orders = [*is_open, *hours[0], *hours[1]]
    buyers = [order.customer for order in orders]
    assert {buyer.province for buyer in buyers} >= {"ON", "QC", "BC", "NS", "AB", "NB", "NY"}
    assert {buyer.country for buyer in buyers} == {"CA", "US"}
    french = {buyer.province for buyer in buyers if buyer.language == "fr"}
    assert french == {"QC", "NB"}, "the language is the customer's, not the province's"
    assert any(buyer.province == "BC" and buyer.postcode.startswith("M") for buyer in buyers)
    assert any(buyer.street.startswith("PO Box") and buyer.street_2 for buyer in buyers)
    assert any(len(buyer.street) > 44 for buyer in buyers)
    assert all(buyer.phone and buyer.city and buyer.postcode for buyer in buyers)
    titles = {order.shipping.title for order in orders if order.shipping}
    assert len(titles) >= 5 and "Local pickup" in titles


def test_goods_have_what_a_box_and_customs_need_but_for_one() -> None:
    story = Story(10)
    bare = [sku.code for sku in story.all_skus if not (sku.size_mm and sku.hs_code and sku.origin)]
    assert bare == ["21790"]
    assert all(sku.weight_g > 0 for sku in story.all_skus)
    assert max(max(sku.size_mm or (0,)) for sku in story.all_skus) == 880
