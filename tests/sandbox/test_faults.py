from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import stripe

import sandbox
from sandbox.faults import KINDS, Fault

NOTE = {"customer_note": "changed"}


def note(shop: Any) -> str:
    text: str = shop.get("/orders/960")["customer_note"]
    return text


@pytest.mark.parametrize(
    ("kind", "status"), [("429", 429), ("429_retry_after", 429), ("500_before", 500), ("503_html", 503)]
)
def test_refusals_have_no_effect_and_pass(world: sandbox.World, shop: Any, kind: str, status: int) -> None:
    world.fault("woocommerce", kind, times=2, method="PUT", path="/orders/")
    before = note(shop)
    for _ in range(2):
        answer = shop.request("PUT", "/orders/960", NOTE)
        assert answer.status_code == status
        assert ("retry-after" in answer.headers) == (kind in ("429_retry_after", "503_html"))
    assert note(shop) == before
    assert shop.request("PUT", "/orders/960", NOTE).status_code == 200


def test_500_after_has_its_effect(world: sandbox.World, shop: Any) -> None:
    world.fault("woocommerce", "500_after")
    assert shop.request("PUT", "/orders/960", NOTE).status_code == 500
    assert note(shop) == "changed"


@pytest.mark.parametrize(("kind", "changed"), [("timeout_after", True), ("timeout_before", False)])
def test_timeouts_take_effect_or_not(world: sandbox.World, shop: Any, kind: str, changed: bool) -> None:
    world.fault("woocommerce", kind, seconds=20)
    shop._http.timeout = 0.3
    with pytest.raises(httpx.ReadTimeout):
        shop.request("PUT", "/orders/960", NOTE)
    shop._http.timeout = 10
    started = time.monotonic()
    assert (note(shop) == "changed") is changed  # a hanging request does not hold up the next
    assert time.monotonic() - started < 5


def test_a_cut_body_breaks_off(world: sandbox.World, shop: Any) -> None:
    world.fault("woocommerce", "cut_body")
    with pytest.raises(httpx.RemoteProtocolError):
        shop.request("GET", "/orders/960")


@pytest.mark.parametrize("kind", ["junk_before_json", "malformed_json"])
def test_bodies_that_are_no_json_come_with_status_200(world: sandbox.World, shop: Any, kind: str) -> None:
    world.fault("woocommerce", kind)
    answer = shop.request("GET", "/orders/960")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


def test_a_dead_server_closes_without_a_word_and_a_stopped_one_refuses(
    world: sandbox.World, shop: Any
) -> None:
    world.fault("woocommerce", "dead")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        shop.request("GET", "/orders/960")
    shop.put("/orders/960", NOTE)
    url = world.url("woocommerce")
    world.stop("woocommerce")
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    world.start("woocommerce")
    assert world.url("woocommerce") == url
    assert note(shop) == "changed"


def test_faults_come_and_go_over_http(world: sandbox.World, shop: Any) -> None:
    control = world.url("woocommerce") + "/_sandbox/faults"
    given = [
        {"kind": "429", "times": 1, "match": {"method": "get", "path": "page=2"}},
        {"kind": "500_before", "times": -1},
    ]
    shown = httpx.post(control, json=given).json()
    assert [fault["kind"] for fault in shown] == ["429", "500_before"]
    assert shop.request("GET", "/orders?per_page=10&page=2").status_code == 429
    assert shop.request("GET", "/orders?per_page=10&page=2").status_code == 500
    assert httpx.get(control).json() == [{**shown[1]}]
    assert httpx.delete(control).json() == []
    assert shop.request("GET", "/orders").status_code == 200
    wrong = httpx.post(control, json={"kind": "earthquake"})
    assert wrong.status_code == 400
    assert "earthquake" in wrong.json()["error"]
    assert httpx.get(world.url("woocommerce") + "/_sandbox/nothing").status_code == 404


def test_a_record_is_shown_wrong_until_it_is_put_right(world: sandbox.World, shop: Any) -> None:
    before = shop.get("/orders/960")
    world.distort("woocommerce", "order", 960, "number", total="0.01")
    wrong = shop.get("/orders/960")
    assert (wrong["total"], "number" in wrong) == ("0.01", False)
    assert shop.get("/orders?orderby=modified&per_page=1")[0]["total"] == "0.01"
    assert world.truth["woocommerce"]["orders"][19]["total"] == before["total"]
    world.distort("woocommerce", "order", 960)
    right = shop.get("/orders/960")
    assert (right["total"], right["number"]) == (before["total"], "960")
    assert right["date_modified_gmt"] >= wrong["date_modified_gmt"] > before["date_modified_gmt"]
    with pytest.raises(ValueError, match="no order 77"):
        world.distort("woocommerce", "order", 77)


def test_stripes_objects_and_the_shops_goods_are_shown_wrong_too(
    world: sandbox.World, shop: Any, cards: stripe.StripeClient
) -> None:
    charge = cards.v1.charges.list({"limit": 1}).data[0]
    control = world.url("stripe") + "/_sandbox/distort"
    answer = httpx.post(control, json={"kind": "charge", "id": charge.id, "set": {"currency": "xxx"}})
    assert answer.status_code == 200
    assert cards.v1.charges.retrieve(charge.id).currency == "xxx"
    assert cards.v1.events.list({"limit": 1}).data[0].type == "charge.updated"
    cards.v1.refunds.create({"charge": charge.id, "amount": 1})
    world.distort("stripe", "charge", charge.id)
    after = cards.v1.charges.retrieve(charge.id)
    assert (after.currency, after.amount_refunded) == ("cad", 1)
    world.distort("woocommerce", "variation", 53, stock_quantity=-3)
    assert shop.get("/products/52/variations/53")["stock_quantity"] == -3
    assert httpx.post(control, json={"kind": "charge", "id": "ch_none"}).status_code == 400


def test_every_kind_can_be_written_down() -> None:
    for kind in KINDS:
        assert Fault.from_dict(Fault(kind, 3, "GET", "/x", 2.0).as_dict()).kind == kind
