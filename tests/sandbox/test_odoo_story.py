"""The Odoo stand-in holds the story, plays its hours of trade, and remembers over a restart."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import sandbox
from sandbox.odoo_world import OdooWorld
from sandbox.odoo_world_bank import statement
from sandbox.story import Story
from tests.sandbox.json2 import Json2


def stock_of(story: Story, truth: dict[str, Any]) -> dict[str, float]:
    """The truth's stock by the story's own codes."""
    return {
        code: truth["stock"].get(sku.odoo_codes[0], 0) for code, sku in story.skus.items() if sku.odoo_codes
    }


def test_the_story_is_there() -> None:
    with sandbox.serve(orders=60, seed=7, systems=("odoo",)) as world:
        story, odoo = world.story, Json2(world)
        known = {code for code, sku in story.skus.items() if sku.odoo_codes}
        wanted = {code: quantity for code, quantity in story.odoo_stock.items() if code in known}
        assert stock_of(story, world.truth["odoo"]) == wanted
        assert min(wanted.values()) < 0, "one was sold before its delivery was booked"
        products = odoo.find("product.product", [], "default_code", "barcode", "standard_price")
        assert [row["default_code"] for row in products] == [
            code for sku in story.all_skus for code in sku.odoo_codes
        ]
        typed = [order for order in story.typed_orders if order.lines]
        orders = odoo.find("sale.order", [], "client_order_ref", "state", "delivery_status", "date_order")
        assert {row["client_order_ref"] for row in orders} == {
            order.web_order_number or order.ref for order in typed
        }
        assert {row["delivery_status"] for row in orders} == {"full", "partial", "pending"}
        assert len(odoo.find("pos.order", [])) == len(story.counter_sales)
        purchases = odoo.find("purchase.order", [], "partner_ref", "state")
        assert {row["partner_ref"]: row["state"] for row in purchases} == {
            order.ref: order.state for order in story.purchase_orders
        }
        assert len(odoo.find("stock.warehouse.orderpoint", [])) == len(story.reorder_rules)
        assert len(odoo.find("product.supplierinfo", [])) == len(story.supplier_prices)


def test_staff_who_set_up_the_same_story_find_it_done() -> None:
    """What sandbox/odoo_world.py would do in a real Odoo is what this one starts with."""
    with sandbox.serve(orders=60, seed=7, systems=("odoo",)) as world:
        before = world.truth["odoo"]
        OdooWorld(world.connections["odoo"], world.story).set_up()
        assert world.truth["odoo"] == before


def test_the_bank_shows_payouts_as_they_arrive_and_each_once() -> None:
    with sandbox.serve(orders=60, seed=7, systems=("odoo", "stripe")) as world:
        odoo, told = Json2(world), statement(world.story, world.connections["stripe"])
        fields = ("date", "amount", "payment_ref", "move_id", "write_date")
        lines = odoo.find("account.bank.statement.line", [], *fields)
        assert lines and [(row["date"], row["amount"], row["payment_ref"]) for row in lines] == [
            (line.booked_on.isoformat(), line.amount_cents / 100, line.description)
            for line in sorted(told, key=lambda line: (line.booked_on, line.key))
        ]
        assert any("STRIPE PAYOUT po_" in row["payment_ref"] for row in lines)
        sums = Counter[str]()
        for row in odoo.find("account.move.line", [["move_id", "in", [x["move_id"] for x in lines]]]):
            line = odoo.one("account.move.line", row["id"], "account_code", "balance")
            sums[line["account_code"]] += round(line["balance"] * 100)
        total = sum(line.amount_cents for line in told)
        assert sums == {"111311": total, "111312": -total}
        before = world.truth["odoo"]
        OdooWorld(world.connections["odoo"], world.story).set_up(told)
        assert world.truth["odoo"] == before


def test_bank_lines_are_there_after_a_restart_and_not_twice(tmp_path: Path) -> None:
    counts = []
    for _ in range(2):
        with sandbox.serve(orders=60, seed=7, systems=("odoo", "stripe"), state_dir=tmp_path) as world:
            counts.append(world.truth["odoo"]["records"]["account.bank.statement.line"])
    assert counts[0] == counts[1] > 0


def test_a_us_dollar_has_a_rate_every_week() -> None:
    with sandbox.serve(orders=60, seed=7, systems=("odoo",)) as world:
        odoo = Json2(world)
        rates = odoo.find("res.currency.rate", [["currency_id.name", "=", "USD"]], "name", "rate")
        days = [date.fromisoformat(row["name"]) for row in rates]
        assert days[0] == date(2026, 1, 5) and days[-1] > world.story.until.date()
        assert {(later - day).days for day, later in pairwise(days)} == {7}
        assert all(1.35 <= round(1 / row["rate"], 6) <= 1.39 for row in rates)
        [taken] = [row for row in rates if row["name"] == "2026-11-23"]
        assert round(1 / taken["rate"], 6) == 1.3787


def test_records_carry_the_moments_of_the_story() -> None:
    with sandbox.serve(orders=60, seed=7, systems=("odoo",)) as world:
        odoo, story = Json2(world), world.story
        dates = {row["write_date"] for row in odoo.find("pos.order", [], "write_date")}
        told = {sale.sold_at.strftime("%Y-%m-%d %H:%M:%S") for sale in story.counter_sales}
        assert dates == told
        newest = odoo.find("stock.quant", [], "write_date", order="write_date desc", limit=1)
        assert newest[0]["write_date"] <= story.until.strftime("%Y-%m-%d %H:%M:%S")


def test_the_same_seed_tells_the_same_story() -> None:
    with sandbox.serve(orders=30, seed=5, systems=("odoo",)) as world:
        first = world.truth["odoo"]
    with sandbox.serve(orders=30, seed=5, systems=("odoo",)) as world:
        assert world.truth["odoo"] == first


def test_an_hour_of_trade_goes_off_the_stock_once() -> None:
    with sandbox.serve(orders=30, seed=5, systems=("odoo",)) as world:
        before = stock_of(world.story, world.truth["odoo"])
        hour = world.trade_hour()
        after = stock_of(world.story, world.truth["odoo"])
        assert hour["counter_sales"]
        sold = {code: before[code] - after[code] for code in before if before[code] != after[code]}
        assert sold and all(quantity > 0 for quantity in sold.values())
        orders = Json2(world).find("pos.order", [["pos_reference", "=", hour["counter_sales"][0]["ref"]]])
        assert [row["id"] for row in orders] == [hour["counter_sales"][0]["pos_order_id"]]


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with sandbox.serve(orders=30, seed=5, systems=("odoo",), state_dir=tmp_path) as world:
        odoo = Json2(world)
        mug = odoo.product(stock=4, default_code="KEPT")
        move = odoo.entry(("111510", 5, 0), ("411110", 0, 5), ref="kept")
        odoo.call("account.move", "action_post", ids=[move])
        gone = odoo.make("res.partner", name="gone")
        odoo.call("res.partner", "unlink", ids=[gone])
        world.trade_hour()
        before = world.truth["odoo"]
        written = odoo.one("account.move", move, "write_date", "name")
    with sandbox.serve(orders=30, seed=5, systems=("odoo",), state_dir=tmp_path) as world:
        odoo = Json2(world)
        assert world.truth["odoo"] == before
        assert odoo.one("account.move", move, "write_date", "name") == written
        assert odoo.stock(mug) == (4, 0)
        assert odoo.make("res.partner", name="next") > gone, "an id is never given twice"
        second = odoo.entry(("111510", 5, 0), ("411110", 0, 5))
        odoo.call("account.move", "action_post", ids=[second])
        names = odoo.call("account.move", "read", ids=[move, second], fields=["name"])
        assert len({row["name"] for row in names}) == 2


def test_the_truth_says_what_was_posted() -> None:
    with sandbox.serve(orders=30, seed=5, systems=("odoo",)) as world:
        odoo = Json2(world)
        columns = ["id", "ref", "line_ids/id", "line_ids/account_id", "line_ids/debit", "line_ids/credit"]
        data = [
            ["counterflow.true", "true", "counterflow.true_1", "111510", "5.00", "0"],
            ["", "", "counterflow.true_2", "411110", "0", "5.00"],
        ]
        [move] = odoo.call("account.move", "load", fields=columns, data=data)["ids"]
        [opening] = world.truth["odoo"]["entries"]
        assert opening["external_id"] == "maple.opening"
        assert round(sum(line["debit"] - line["credit"] for line in opening["lines"]), 2) == 0
        odoo.call("account.move", "action_post", ids=[move])
        entry = world.truth["odoo"]["entries"][-1]
        assert (entry["external_id"], entry["ref"]) == ("counterflow.true", "true")
        sides = [(line["account_code"], line["debit"], line["credit"]) for line in entry["lines"]]
        assert sides == [("111510", 5.0, 0.0), ("411110", 0.0, 5.0)]


def test_a_late_supplier_is_told_in_the_second_hour() -> None:
    def expected(odoo: Json2, ref: str) -> set[str]:
        lines = odoo.find("purchase.order.line", [["order_id.partner_ref", "=", ref]], "date_planned")
        return {str(line["date_planned"]) for line in lines}

    with sandbox.serve(orders=30, seed=5, systems=("odoo",)) as world:
        odoo = Json2(world)
        [slip] = world.story.trade_hour(1, world.story.until, 1001).slips
        world.trade_hour()
        [before] = expected(odoo, slip.ref)
        world.trade_hour()
        [now] = expected(odoo, slip.ref)
        assert before < now == slip.expected_at.strftime("%Y-%m-%d %H:%M:%S")
        after = world.truth["odoo"]
        OdooWorld(world.connections["odoo"], world.story).postpone([slip])
        assert world.truth["odoo"] == after, "whoever drives a real Odoo does the same"
