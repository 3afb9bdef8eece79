"""Odoo 19 over JSON-2: reading, and what mistakes are answered. The same against the real server and ours.

The rest of the suite: test_odoo_trade.py, test_odoo_books.py, test_odoo_connectors.py.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from extractors.odoo_fields import FIELDS
from tests.contract.odoo_client import Json2, product, trust

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def test_the_user_says_who_and_in_which_zone(odoo: Json2) -> None:
    context = odoo.call("res.users", "context_get")
    assert {"lang", "tz", "uid"} <= set(context)


@pytest.mark.parametrize("model", [*FIELDS, "stock.quant"])
def test_every_resource_may_be_read_and_has_our_fields(odoo: Json2, model: str) -> None:
    assert odoo.call(model, "has_access", operation="read") is True
    fields = list(FIELDS.get(model, ("product_id",)))
    for record in odoo.call(model, "search_read", domain=[], fields=fields, load=None, limit=2, order="id"):
        assert set(record) == {"id", *fields}


def test_rights_can_be_asked_for(odoo: Json2) -> None:
    assert odoo.call("account.move", "has_access", operation="create") is True


def test_load_null_gives_plain_ids_and_false_for_nothing(odoo: Json2) -> None:
    state = odoo.find(
        "res.country.state", [["code", "=", "QC"], ["country_id.code", "=", "CA"]], "country_id"
    )[0]
    partner = odoo.make(
        "res.partner", name=f"Ada {odoo.tag}", state_id=state["id"], country_id=state["country_id"]
    )
    record = odoo.one(
        "res.partner", partner, "name", "email", "state_id", "parent_id", "child_ids", "active", "write_date"
    )
    assert record["state_id"] == state["id"]
    assert record["email"] is False and record["parent_id"] is False
    assert record["child_ids"] == [] and record["active"] is True
    assert TIME.fullmatch(record["write_date"])
    [pair] = odoo.call("res.partner", "search_read", domain=[["id", "=", partner]], fields=["state_id"])
    assert pair["state_id"][0] == state["id"] and isinstance(pair["state_id"][1], str)


def test_times_are_utc(odoo: Json2) -> None:
    partner = odoo.make("res.partner", name=f"Now {odoo.tag}")
    written = odoo.one("res.partner", partner, "write_date")["write_date"]
    answer = odoo.post("res.users", "context_get")
    now = datetime.strptime(answer.headers["date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    age = now - datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert timedelta(seconds=-2) <= age <= timedelta(seconds=60)


def test_a_cursor_must_include_its_own_second(odoo: Json2) -> None:
    ids = odoo.call("res.partner", "create", vals_list=[{"name": f"{odoo.tag} {n}"} for n in "ab"])
    second = odoo.one("res.partner", ids[0], "write_date")["write_date"]
    after = [["id", "in", ids], ["write_date", ">", second]]
    from_it_on = [["id", "in", ids], ["write_date", ">=", second]]
    assert odoo.call("res.partner", "search", domain=after) == []
    assert odoo.call("res.partner", "search", domain=from_it_on, order="id") == ids
    assert odoo.call("res.partner", "unlink", ids=ids) is True


def test_pages_by_id(odoo: Json2) -> None:
    ids = odoo.call("res.partner", "create", vals_list=[{"name": f"{odoo.tag} page {n}"} for n in range(5)])
    found: list[int] = []
    while len(page := _page(odoo, ids, found[-1] if found else 0)) == 2:
        found += page
    assert found + page == ids
    odoo.call("res.partner", "unlink", ids=ids)


def _page(odoo: Json2, ids: list[int], after: int) -> list[int]:
    domain = [["id", "in", ids], ["id", ">", after]]
    rows = odoo.call(
        "res.partner", "search_read", domain=domain, fields=["id"], order="id", limit=2, load=None
    )
    return [row["id"] for row in rows]


def test_archived_records_are_hidden_unless_asked_for(odoo: Json2) -> None:
    made = product(odoo)
    odoo.call("product.product", "write", ids=[made], vals={"active": False})
    domain = [["id", "=", made]]
    assert odoo.call("product.product", "search", domain=domain) == []
    assert odoo.call("product.product", "search", domain=domain, context={"active_test": False}) == [made]


def test_deleted_records_leave_nothing(odoo: Json2) -> None:
    gone = odoo.make("res.partner", name=f"Gone {odoo.tag}")
    stays = odoo.make("res.partner", name=f"Stays {odoo.tag}")
    assert odoo.call("res.partner", "unlink", ids=[gone]) is True
    assert [row["id"] for row in odoo.call("res.partner", "read", ids=[gone, stays], fields=["name"])] == [
        stays
    ]
    status, name, _ = odoo.refused("res.partner", "write", ids=[gone], vals={"name": "x"})
    assert (status, name) == (404, "odoo.exceptions.MissingError")


def test_a_sku_is_not_unique_but_a_barcode_is(odoo: Json2) -> None:
    sku, barcode = f"{odoo.tag}-twice", str(uuid4().int)[:13]
    ids = {product(odoo, default_code=sku, barcode=barcode), product(odoo, default_code=sku)}
    assert {row["id"] for row in odoo.find("product.product", [["default_code", "=", sku]], "id")} == ids
    values = {"name": f"{odoo.tag} third", "barcode": barcode}
    assert odoo.refused("product.product", "create", vals_list=[values])[:2] == (
        422,
        "odoo.exceptions.ValidationError",
    )


def test_weight_keeps_two_decimals(odoo: Json2) -> None:
    made = product(odoo, weight=0.1234, volume=0.002, standard_price=7.25)
    record = odoo.one("product.product", made, "weight", "volume", "standard_price", "list_price")
    assert record == {"id": made, "weight": 0.12, "volume": 0.0, "standard_price": 7.25, "list_price": 10.0}


def test_text_comes_back_as_it_was(odoo: Json2) -> None:
    name = f'{odoo.tag} 🍁 "Tom\'s" <b>é</b> ' + "x" * 10_000
    assert odoo.one("res.partner", odoo.make("res.partner", name=name), "name")["name"] == name


# --- errors


@pytest.mark.parametrize(
    ("model", "method", "arguments", "expected"),
    [
        ("no.such.model", "search_read", {}, (404, "werkzeug.exceptions.NotFound")),
        ("res.partner", "no_such_method", {}, (404, "werkzeug.exceptions.NotFound")),
        ("res.partner", "_search", {"domain": []}, (403, "odoo.exceptions.AccessError")),
        ("res.partner", "search_read", {"domain": [], "fields": ["nope"]}, (500, "builtins.ValueError")),
        ("res.partner", "search_read", {"domain": [["nope", "=", 1]]}, (500, "builtins.ValueError")),
        ("res.partner", "search_read", {"domain": [], "order": "nope"}, (500, "builtins.ValueError")),
        ("res.partner", "create", {"vals_list": [{"name": "x", "nope": 1}]}, (500, "builtins.ValueError")),
        ("res.partner", "create", {"vals_list": [{"email": "x"}]}, (422, "odoo.exceptions.ValidationError")),
        ("account.move", "load", {"fields": ["nope"], "data": [["x"]]}, (500, "builtins.ValueError")),
    ],
)
def test_what_a_mistake_is_answered(
    odoo: Json2, model: str, method: str, arguments: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert odoo.refused(model, method, **arguments)[:2] == expected


def test_a_missing_right_is_403(odoo: Json2) -> None:
    if odoo.call("res.users", "has_access", operation="create"):
        pytest.skip("the connection's user is an administrator: nothing is forbidden to him")
    values = {"name": "x", "login": f"x-{odoo.tag}"}
    status, name, message = odoo.refused("res.users", "create", vals_list=[values])
    assert (status, name) == (403, "odoo.exceptions.AccessError") and "not allowed" in message


def test_a_wrong_key_is_401(odoo: Json2) -> None:
    for headers in ({"Authorization": "bearer 0123456789abcdef"}, {}):
        answer = httpx.post(
            f"{odoo.connection.url}/json/2/res.users/context_get",
            json={},
            headers={**headers, "X-Odoo-Database": odoo.connection.database},
            verify=trust(odoo.connection),
        )
        assert answer.status_code == 401
        assert answer.json()["name"] == "werkzeug.exceptions.Unauthorized"


def test_a_body_that_is_no_json_is_400(odoo: Json2) -> None:
    answer = odoo.client.post(
        "res.users/context_get", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["name"] == "werkzeug.exceptions.BadRequest"
