"""The Odoo stand-in read: domains, order, pages, shapes of values, groups, and what a cursor meets."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import sandbox
from tests.sandbox.json2 import Json2


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=20, seed=3, systems=("odoo",)) as world:
        yield world


@pytest.fixture(scope="module")
def odoo(world: sandbox.World) -> Json2:
    return Json2(world)


@pytest.fixture(scope="module")
def people(odoo: Json2) -> dict[str, int]:
    """Ada and Bob, Bob's firm with an archived worker, and somebody without e-mail."""
    state = odoo.find("res.country.state", [["code", "=", "QC"]], "country_id")[0]
    place = {"state_id": state["id"], "country_id": state["country_id"]}
    ids = {
        "ada": odoo.make("res.partner", name="Ada", email="Ada <ADA@x.ca>", ref="people", **place),
        "bob": odoo.make("res.partner", name="Bob", email="bob@x.ca", ref="people", customer_rank=3),
        "firm": odoo.make("res.partner", name="Firm", ref="people", is_company=True),
    }
    ids["worker"] = odoo.make("res.partner", name="Worker", ref="people", parent_id=ids["firm"], active=False)
    return ids


def names(odoo: Json2, domain: list[Any], **more: Any) -> list[str]:
    everybody = [["ref", "=", "people"]]
    return [str(row["name"]) for row in odoo.find("res.partner", everybody + domain, "name", **more)]


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ([["name", "=", "Ada"]], "Ada"),
        ([["name", "!=", "Ada"]], "Bob Firm"),
        ([["name", "in", ["Ada", "Bob"]]], "Ada Bob"),
        ([["name", "not in", ["Ada", "Bob"]]], "Firm"),
        ([["email", "=", False]], "Firm"),
        ([["email", "=", ""]], "Firm"),
        ([["email", "!=", False]], "Ada Bob"),
        ([["email", "in", ["bob@x.ca", False]]], "Bob Firm"),
        ([["email", "ilike", "ada@"]], "Ada"),
        ([["email", "like", "ada@"]], ""),
        ([["email", "=like", "b_b%"]], "Bob"),
        ([["email", "not ilike", "@x"]], "Firm"),
        ([["customer_rank", ">", 2]], "Bob"),
        ([["customer_rank", "=", 0]], "Ada Firm"),
        ([["customer_rank", "<=", 3]], "Ada Bob Firm"),
        ([["state_id", "=", "Quebec (CA)"]], "Ada"),
        ([["state_id.code", "=", "QC"]], "Ada"),
        ([["state_id.country_id.code", "=", "CA"]], "Ada"),
        ([["state_id", "=", False]], "Bob Firm"),
        ([["state_id", "any", [["code", "=", "QC"]]]], "Ada"),
        (["|", ["name", "=", "Ada"], ["name", "=", "Bob"]], "Ada Bob"),
        (["&", ["name", "=", "Ada"], ["email", "!=", False]], "Ada"),
        (["!", ["name", "=", "Ada"]], "Bob Firm"),
        (["|", "&", ["name", "=", "Ada"], ["email", "=", False], ["name", "=", "Bob"]], "Bob"),
        ([["is_company", "=", False]], "Ada Bob"),
        ([["active", "=", False]], "Worker"),
        ([["active", "in", [True, False]]], "Ada Bob Firm Worker"),
        ([["email_normalized", "=", "ada@x.ca"]], "Ada"),
        ([[1, "=", 1]], "Ada Bob Firm"),
        ([[0, "=", 1]], ""),
    ],
)
def test_domains(odoo: Json2, people: dict[str, int], domain: list[Any], found: str) -> None:
    assert " ".join(names(odoo, domain)) == found


def test_archived_records_are_hidden_until_asked_for(odoo: Json2, people: dict[str, int]) -> None:
    assert "Worker" not in names(odoo, [])
    assert "Worker" in names(odoo, [], context={"active_test": False})


def test_order_pages_and_unset_values(odoo: Json2, people: dict[str, int]) -> None:
    assert names(odoo, [], order="email, id") == ["Ada", "Bob", "Firm"]
    assert names(odoo, [], order="email desc, id") == ["Firm", "Bob", "Ada"]
    assert names(odoo, [], order="state_id, name desc") == ["Ada", "Firm", "Bob"]
    assert names(odoo, [], order="name", limit=1, offset=1) == ["Bob"]
    assert names(odoo, [], order="name", limit=0) == ["Ada", "Bob", "Firm"]
    assert names(odoo, [], order="name", offset=9) == []


def test_many2one_is_an_id_or_an_id_with_a_name(odoo: Json2, people: dict[str, int]) -> None:
    fields = ["state_id", "email", "child_ids", "parent_id"]
    [classic] = odoo.call("res.partner", "read", ids=[people["ada"]], fields=fields)
    assert classic["state_id"][1] == "Quebec (CA)"
    plain = odoo.one("res.partner", people["firm"], *fields)
    assert plain == {
        "id": people["firm"],
        "state_id": False,
        "email": False,
        "child_ids": [],
        "parent_id": False,
    }


def test_read_skips_what_is_not_there(odoo: Json2, people: dict[str, int]) -> None:
    found = odoo.call("res.partner", "read", ids=[people["ada"], 99999], fields=["name"])
    assert [row["id"] for row in found] == [people["ada"]]


def test_fields_get_says_types(odoo: Json2) -> None:
    fields = odoo.call("sale.order", "fields_get", attributes=["type", "relation"])
    assert fields["partner_id"] == {"type": "many2one", "relation": "res.partner"}
    assert fields["order_line"] == {"type": "one2many", "relation": "sale.order.line"}


def test_nested_reading(odoo: Json2) -> None:
    specification = {"code": {}, "country_id": {"fields": {"code": {}}}}
    domain = [["code", "=", "ON"]]
    answer = odoo.call("res.country.state", "web_search_read", domain=domain, specification=specification)
    assert answer["length"] == 1
    assert answer["records"][0]["country_id"]["code"] == "CA"


def test_groups_sum_and_say_how_to_find_their_records(odoo: Json2) -> None:
    mug = odoo.product(stock=20, default_code="GROUP")
    domain = [["product_id", "=", mug]]
    groups = odoo.call(
        "stock.quant",
        "formatted_read_group",
        domain=domain,
        groupby=["product_id", "location_id"],
        aggregates=["quantity:sum", "reserved_quantity:sum", "__count"],
    )
    lost, stock = groups
    assert (lost["location_id"][1], stock["location_id"][1]) == ("Inventory adjustment", "WH/Stock")
    assert stock["product_id"] == [mug, "[GROUP] Mug"]
    assert (stock["quantity:sum"], stock["reserved_quantity:sum"], stock["__count"]) == (20.0, 0.0, 1)
    [found] = odoo.find("stock.quant", domain + stock["__extra_domain"], "quantity")
    assert found["quantity"] == 20.0
    [whole] = odoo.call("stock.quant", "formatted_read_group", domain=domain, aggregates=["quantity:sum"])
    assert whole == {"__extra_domain": [[1, "=", 1]], "quantity:sum": 0.0}


def test_dates_group_by_month(odoo: Json2) -> None:
    odoo.entry(("111510", 1, 0), ("411110", 0, 1), ref="grouped", date="2026-11-20")
    [group] = odoo.call(
        "account.move",
        "formatted_read_group",
        domain=[["ref", "=", "grouped"]],
        groupby=["date:month"],
        aggregates=["__count"],
    )
    assert group["date:month"] == ["2026-11-01", "November 2026"]
    assert group["__extra_domain"] == ["&", ["date", ">=", "2026-11-01"], ["date", "<", "2026-12-01"]]


def test_seconds_outside_microseconds_inside(odoo: Json2) -> None:
    partner = odoo.make("res.partner", name="second")
    second = odoo.one("res.partner", partner, "write_date")["write_date"]
    assert len(second) == len("2026-11-20 10:00:00")

    def found(operator: str, moment: str) -> bool:
        domain = [["id", "=", partner], ["write_date", operator, moment]]
        return bool(odoo.find("res.partner", domain))

    assert not found(">", second) and found(">=", second) and found("<=", second) and found("=", second)
    assert found(">=", second.replace(" ", "T")) and found(">=", second[:10]) and not found(">", second[:10])


def test_a_long_transaction_commits_behind_a_readers_cursor(world: sandbox.World, odoo: Json2) -> None:
    world.call(lambda: odoo.stand_in.commit_late(1.5))
    began = datetime.now(UTC)
    late = threading.Thread(target=lambda: odoo.another().make("res.partner", name="late"))
    late.start()
    time.sleep(1.2)
    early = odoo.make("res.partner", name="early")
    cursor = odoo.one("res.partner", early, "write_date")["write_date"]
    assert odoo.find("res.partner", [["name", "=", "late"]]) == []
    late.join()
    [row] = odoo.find("res.partner", [["name", "=", "late"]], "write_date")
    assert row["write_date"] < cursor and row["id"] > early
    assert abs((datetime.fromisoformat(f"{row['write_date']}+00:00") - began).total_seconds()) <= 1
    assert odoo.find("res.partner", [["write_date", ">=", cursor], ["name", "=", "late"]]) == []


def test_what_does_and_does_not_touch_an_order(odoo: Json2) -> None:
    partner, mug = odoo.make("res.partner", name="P"), odoo.product(stock=5)
    line = [0, 0, {"product_id": mug, "product_uom_qty": 1}]
    order = odoo.make("sale.order", partner_id=partner, order_line=[line])
    [line_id] = odoo.one("sale.order", order, "order_line")["order_line"]

    def moment() -> tuple[str, str]:
        product = odoo.one("product.product", mug, "write_date")["write_date"]
        return odoo.one("sale.order", order, "write_date")["write_date"], product

    before = moment()
    time.sleep(1.1)
    odoo.call("sale.order.line", "write", ids=[line_id], vals={"name": "another text"})
    odoo.count(mug, 9)
    assert moment() == before
    odoo.call("sale.order.line", "write", ids=[line_id], vals={"price_unit": 3})
    assert moment()[0] > before[0]


def test_two_thousand_rows_come_quickly(world: sandbox.World, odoo: Json2) -> None:
    rows = [{"name": f"many {number}", "ref": "many"} for number in range(2000)]
    odoo.call("res.partner", "create", vals_list=rows)
    fields = ("name", "email", "state_id", "country_id", "active", "write_date", "child_ids")
    odoo.find("res.partner", [["ref", "=", "many"]], *fields, limit=2000)
    began = time.perf_counter()
    assert len(odoo.find("res.partner", [["ref", "=", "many"]], *fields, limit=2000)) == 2000
    assert time.perf_counter() - began < 0.5
