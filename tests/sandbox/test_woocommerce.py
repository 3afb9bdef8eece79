from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

import sandbox
from sandbox.story import Story
from sandbox.woocommerce_auth import KEY, READ_ONLY_KEY, READ_ONLY_SECRET, SECRET
from sandbox.woocommerce_money import from_query


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_every_order_but_those_in_the_bin_is_listed_once(shop: Any) -> None:
    seen: list[int] = []
    for page in (1, 2, 3):
        answer = shop.request("GET", f"/orders?per_page=25&page={page}&orderby=id&order=asc")
        assert answer.headers["x-wp-total"] == "59"
        assert answer.headers["x-wp-totalpages"] == "3"
        seen += [order["id"] for order in answer.json()]
    trash = [order["id"] for order in shop.get("/orders?status=trash")]
    assert seen == sorted(seen)
    assert sorted(seen + trash) == list(range(941, 1001))


def test_pages_link_to_their_neighbours_and_end_in_nothing(shop: Any) -> None:
    middle = shop.request("GET", "/orders?per_page=25&page=2").headers["link"]
    assert 'page=1>; rel="prev"' in middle
    assert 'page=3>; rel="next"' in middle
    past = shop.request("GET", "/orders?per_page=25&page=9")
    assert (past.json(), past.headers["x-wp-total"]) == ([], "0")
    assert shop.request("GET", "/products?per_page=25&page=9").headers["x-wp-total"] == "47"


@pytest.mark.parametrize("query", ["per_page=101", "per_page=0", "page=0", "order=up", "modified_after=x"])
def test_wrong_parameters_are_refused_by_name(shop: Any, query: str) -> None:
    answer = shop.request("GET", f"/orders?{query}")
    assert error(answer) == (400, "rest_invalid_param")
    assert query.partition("=")[0] in answer.json()["data"]["params"]


def test_modified_after_is_exclusive_and_to_the_second(shop: Any) -> None:
    orders = shop.get("/orders?per_page=100&orderby=modified&order=asc")
    changed = [order["date_modified_gmt"] for order in orders]
    assert changed == sorted(changed)
    middle = changed[30]
    for form in (f"{middle}&dates_are_gmt=true", f"{middle}Z"):
        later = shop.get(f"/orders?per_page=100&orderby=modified&order=asc&modified_after={form}")
        assert [order["date_modified_gmt"] for order in later] == [
            moment for moment in changed if moment > middle
        ]
    earlier = shop.get(f"/orders?per_page=100&modified_before={middle}Z")
    assert len(earlier) == sum(moment < middle for moment in changed)


def test_the_other_two_date_forms_are_off_by_the_sites_distance_from_gmt() -> None:
    right = from_query("2026-11-20T12:00:00Z", False)
    assert from_query("2026-11-20T12:00:00", True) == right
    assert from_query("2026-11-20T12:00:00", False) == right + 5 * 3600  # skips five hours in Toronto
    assert from_query("2026-11-20T12:00:00Z", True) == right - 5 * 3600  # repeats five


@pytest.mark.parametrize(
    ("key", "secret", "code", "message"),
    [
        ("ck_nobody", SECRET, "woocommerce_rest_authentication_error", "Consumer key is invalid."),
        (KEY, "cs_wrong", "woocommerce_rest_authentication_error", "does not match"),
    ],
)
def test_wrong_keys_are_401(
    world: sandbox.World, shop_client: Any, key: str, secret: str, code: str, message: str
) -> None:
    answer = shop_client(world.url("woocommerce"), key, secret).request("GET", "/orders")
    assert error(answer) == (401, code)
    assert message in answer.json()["message"]


def test_no_key_and_basic_over_plain_http_are_401(world: sandbox.World) -> None:
    url = world.url("woocommerce") + "/wp-json/wc/v3/orders"
    assert error(httpx.get(url)) == (401, "woocommerce_rest_cannot_view")
    assert error(httpx.get(url, auth=(KEY, SECRET))) == (401, "woocommerce_rest_cannot_view")


def test_a_signed_request_is_taken_once(world: sandbox.World, shop: Any) -> None:
    url = shop._signer.sign(shop.base + "/taxes", "GET")[0]
    assert httpx.get(url).status_code == 200
    assert error(httpx.get(url)) == (401, "woocommerce_rest_authentication_error")


def test_a_read_only_key_reads_and_does_not_write(world: sandbox.World, shop_client: Any) -> None:
    reader = shop_client(world.url("woocommerce"), READ_ONLY_KEY, READ_ONLY_SECRET)
    assert reader.get("/products/12")["sku"] == "22423"
    answer = reader.request("PUT", "/products/12", {"stock_quantity": 1})
    assert error(answer) == (401, "woocommerce_rest_authentication_error")


def test_basic_is_right_over_tls(shop_client: Any) -> None:
    with sandbox.serve(orders=5, systems=("woocommerce",), tls=True) as world:
        ca_file = json.loads(world.connections["woocommerce"])["extra"]["ca_file"]
        shop = shop_client(world.url("woocommerce"), ca_file=ca_file)
        assert len(shop.get("/orders?per_page=100&status=any,trash")) >= 4
        stranger = shop_client(world.url("woocommerce"), "ck_nobody", SECRET, ca_file)
        assert stranger.request("GET", "/orders").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/orders/77", 404, "woocommerce_rest_shop_order_invalid_id"),
        ("PUT", "/orders/77", 400, "woocommerce_rest_shop_order_invalid_id"),
        ("GET", "/products/9999", 404, "woocommerce_rest_product_invalid_id"),
        ("PUT", "/products/9999", 400, "woocommerce_rest_product_invalid_id"),
        ("PUT", "/products/52/variations/9", 400, "woocommerce_rest_product_variation_invalid_id"),
        ("GET", "/customers/9999", 404, "woocommerce_rest_invalid_id"),
        ("GET", "/nothing", 404, "rest_no_route"),
        ("DELETE", "/taxes/classes", 404, "rest_no_route"),
        ("POST", "/orders/1000/refunds", 400, "woocommerce_rest_invalid_order_refund"),
    ],
)
def test_errors_are_the_real_servers(shop: Any, method: str, path: str, status: int, code: str) -> None:
    assert error(shop.request(method, path, {} if method != "GET" else None)) == (status, code)


def test_fields_are_cut_down(shop: Any) -> None:
    orders = shop.get("/orders?per_page=2&_fields=id,date_modified_gmt,billing.email")
    assert set(orders[0]) == {"id", "date_modified_gmt", "billing"}
    assert set(orders[0]["billing"]) == {"email"}


def test_include_status_and_customer_filter(shop: Any) -> None:
    assert [order["id"] for order in shop.get("/orders?include=950,960&order=asc")] == [950, 960]
    held = shop.get("/orders?status=on-hold,pending&per_page=100")
    assert {order["status"] for order in held} == {"on-hold", "pending"}
    customer = held[0]["customer_id"]
    assert all(
        order["customer_id"] == customer for order in shop.get(f"/orders?customer={customer}&per_page=100")
    )


def test_customers_have_accounts_and_ignore_modified_after(shop: Any) -> None:
    everyone = shop.get("/customers?per_page=100")
    assert len(shop.get("/customers?per_page=100&modified_after=2031-01-01T00:00:00Z")) == len(everyone)
    guests = [order for order in shop.get("/orders?per_page=100") if order["customer_id"] == 0]
    assert guests
    assert not {order["billing"]["email"] for order in guests} & {customer["email"] for customer in everyone}
    made = shop.post("/customers", {"email": "new@example.com", "first_name": "Noor"})
    assert shop.get("/customers?email=new@example.com")[0]["id"] == made["id"]
    again = shop.request("POST", "/customers", {"email": "new@example.com"})
    assert error(again) == (400, "registration-error-email-exists")


def test_products_are_found_by_sku_variations_too(shop: Any) -> None:
    found = shop.get("/products?sku=85099B")[0]
    assert (found["id"], found["type"], found["parent_id"]) == (53, "variation", 52)
    made = shop.post(
        "/products", {"name": "New", "sku": "NEW-1", "regular_price": "5.00", "manage_stock": True}
    )
    assert made["stock_quantity"] == 0
    again = shop.request("POST", "/products", {"name": "Twin", "sku": "NEW-1"})
    assert error(again) == (400, "product_invalid_sku")
    variation = shop.post("/products/52/variations", {"sku": "NEW-2", "regular_price": "1.00"})
    assert variation["id"] in shop.get("/products/52")["variations"]


def test_meta_comes_back_as_text(shop: Any) -> None:
    meta = [{"key": "_a", "value": 42}, {"key": "_b", "value": True}, {"key": "_c", "value": "x" * 70_000}]
    rows = {row["key"]: row["value"] for row in shop.put("/orders/960", {"meta_data": meta})["meta_data"]}
    assert (rows["_a"], rows["_b"], "_c" in rows) == ("42", "1", False)


def test_what_was_told_is_what_is_served(shop: Any, world: sandbox.World) -> None:
    story = Story(60, 7)
    for record in shop.get("/orders?per_page=100"):
        order = story.order(record["id"] - 941)
        assert record["total"] == f"{order.total_cents / 100:.2f}"
        assert record["date_created_gmt"] == order.created_at.isoformat()[:19]
    stock = world.truth["woocommerce"]["stock"]
    assert stock == {code: story.web_stock[code] for code in stock}


def test_an_order_changed_at_once_leaves_its_old_place_in_every_list(shop: Any) -> None:
    oldest = shop.get("/orders?orderby=modified&order=asc&per_page=1")[0]
    shop.put(f"/orders/{oldest['id']}", {"customer_note": "moved"})
    listed = shop.get("/orders?orderby=modified&order=asc&per_page=100")
    assert listed[-1]["id"] == oldest["id"]
    assert len(listed) == 59
    assert len({order["id"] for order in listed}) == 59


def test_settings_and_status_tell_a_doctor_what_it_asks(shop: Any) -> None:
    general = {row["id"]: row["value"] for row in shop.get("/settings/general")}
    assert (general["woocommerce_currency"], general["woocommerce_default_country"]) == ("CAD", "CA:ON")
    assert shop.get("/settings/tax/woocommerce_prices_include_tax")["value"] == "no"
    assert shop.get("/system_status")["environment"]["version"] == "11.0.1"


def test_history_ends_before_now(world: sandbox.World) -> None:
    assert world.clock.now() > world.story.until - timedelta(seconds=1)
