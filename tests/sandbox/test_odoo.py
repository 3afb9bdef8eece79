"""The Odoo stand-in's web layer: keys, errors in real bodies, rights, record rules, faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import sandbox
from sandbox.odoo import Odoo
from tests.sandbox.json2 import Json2


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=20, seed=3, systems=("odoo",)) as world:
        yield world


@pytest.fixture
def odoo(world: sandbox.World) -> Json2:
    return Json2(world)


@pytest.fixture
def reader(world: sandbox.World) -> Json2:
    return Json2(world, key=Odoo.read_only_password)


def test_the_user_of_the_key(odoo: Json2, reader: Json2) -> None:
    context = odoo.call("res.users", "context_get")
    assert (context["lang"], context["tz"]) == ("en_US", "UTC")
    assert odoo.one("res.users", context["uid"], "login")["login"] == "counterflow"
    assert reader.call("res.users", "context_get")["uid"] != context["uid"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "bearer 0123"}, {"Authorization": "basic eA=="}])
def test_without_a_key_it_is_401(odoo: Json2, header: dict[str, str]) -> None:
    answer = httpx.post(f"{odoo.client.base_url}res.users/context_get", json={}, headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["name"] == "werkzeug.exceptions.Unauthorized"
    assert "Traceback" in answer.json()["debug"]


def test_a_key_may_end_at_any_time(odoo: Json2) -> None:
    with sandbox.serve(orders=20, seed=3, systems=("odoo",)) as other:
        client = Json2(other)
        client.call("res.users", "context_get")
        other.call(client.stand_in.revoke_key)
        assert client.refused("res.users", "context_get")[:2] == (401, "werkzeug.exceptions.Unauthorized")


def test_an_unknown_database_is_a_page(odoo: Json2) -> None:
    headers = {"X-Odoo-Database": "other"}
    answer = odoo.client.post("res.users/context_get", json={}, headers=headers)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")


def test_only_post_and_only_json(odoo: Json2) -> None:
    assert odoo.client.get("res.users/context_get").status_code == 404
    assert odoo.client.post("res.users/context_get", content=b"a=1").status_code == 415
    cut = odoo.client.post(
        "res.users/context_get", content=b'{"a":', headers={"Content-Type": "application/json"}
    )
    assert (cut.status_code, cut.json()["name"]) == (400, "werkzeug.exceptions.BadRequest")


@pytest.mark.parametrize(
    ("model", "method", "arguments", "status", "name"),
    [
        ("no.model", "search", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner", "no_method", {}, 404, "werkzeug.exceptions.NotFound"),
        ("res.partner", "_search", {}, 403, "odoo.exceptions.AccessError"),
        ("res.partner", "search", {}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        ("res.partner", "search", {"domain": [], "x": 1}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        ("res.partner", "search", {"domain": [], "ids": [1]}, 422, "werkzeug.exceptions.UnprocessableEntity"),
        ("res.partner", "search", {"domain": [["x", "=", 1]]}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": [["name", "is", 1]]}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": ["|", ["name", "=", 1]]}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": [["name", "="]]}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": "x"}, 500, "builtins.TypeError"),
        ("res.partner", "search", {"domain": [], "order": "x"}, 500, "builtins.ValueError"),
        ("res.partner", "search", {"domain": [], "order": "name; x"}, 422, "odoo.exceptions.UserError"),
        ("res.partner", "search_read", {"fields": ["x"]}, 500, "builtins.ValueError"),
        ("res.partner", "write", {"ids": [99999], "vals": {}}, 404, "odoo.exceptions.MissingError"),
        ("res.partner", "create", {"vals_list": [{"x": 1}]}, 500, "builtins.ValueError"),
        ("res.partner", "create", {"vals_list": [{}]}, 422, "odoo.exceptions.ValidationError"),
        ("sale.order", "create", {"vals_list": [{}]}, 422, "odoo.exceptions.ValidationError"),
        ("account.move", "create", {"vals_list": [{"date": "2026-13-45"}]}, 500, "builtins.ValueError"),
        ("account.move", "create", {"vals_list": [{"move_type": "x"}]}, 500, "builtins.ValueError"),
        ("res.company", "create", {"vals_list": [{"name": "x"}]}, 403, "odoo.exceptions.AccessError"),
        ("ir.model.data", "search_read", {"domain": []}, 403, "odoo.exceptions.AccessError"),
    ],
)
def test_errors_have_real_names_and_statuses(
    odoo: Json2, model: str, method: str, arguments: dict[str, Any], status: int, name: str
) -> None:
    assert odoo.refused(model, method, **arguments)[:2] == (status, name)


def test_a_call_happens_wholly_or_not_at_all(odoo: Json2) -> None:
    values = [{"name": "first of two"}, {"name": "second", "country_id": 99999}]
    odoo.refused("res.partner", "create", vals_list=values)
    assert odoo.find("res.partner", [["name", "=", "first of two"]]) == []


def test_rights_of_both_users(odoo: Json2, reader: Json2) -> None:
    def rights(client: Json2, model: str) -> list[bool]:
        operations = ("read", "write", "create", "unlink")
        return [client.call(model, "has_access", operation=operation) for operation in operations]

    assert rights(odoo, "account.move") == [True] * 4
    assert rights(odoo, "account.account") == [True, False, False, False]
    assert rights(reader, "account.move") == [True, False, False, False]
    assert rights(reader, "stock.warehouse.orderpoint") == rights(reader, "pos.order") == [False] * 4
    assert reader.refused("pos.order", "search_read", domain=[])[0] == 403
    assert reader.refused("res.partner", "create", vals_list=[{"name": "x"}])[0] == 403
    assert odoo.call("res.users", "has_group", ids=[], group_ext_id="stock.group_stock_manager") is True


def test_a_record_rule_leaves_out_without_a_word(world: sandbox.World, odoo: Json2) -> None:
    every = odoo.find("sale.order", [])
    try:
        world.call(lambda: odoo.stand_in.restrict("sale.order", [["user_id", "=", 5]]))
        assert odoo.find("sale.order", []) == []
        assert odoo.call("sale.order", "search_count", domain=[]) == 0
        assert odoo.call("sale.order", "read", ids=[every[0]["id"]], fields=["name"]) == []
        assert odoo.call("sale.order", "has_access", operation="read") is True
    finally:
        world.call(lambda: odoo.stand_in.restrict("sale.order", []))
    assert odoo.find("sale.order", []) == every


def test_after_a_lost_answer_the_record_is_there(world: sandbox.World, odoo: Json2) -> None:
    for kind in ("500_after", "timeout_after"):
        name = f"lost by {kind}"
        world.fault("odoo", kind, path="res.partner/create", seconds=0.1)
        try:
            answer = odoo.post("res.partner", "create", vals_list=[{"name": name}])
            assert answer.status_code == 500
        except httpx.TransportError:
            pass
        assert len(odoo.find("res.partner", [["name", "=", name]])) == 1


def test_health_needs_no_key(odoo: Json2) -> None:
    assert httpx.get(f"{odoo.world.url('odoo')}/web/health").json() == {"status": "pass"}
