from __future__ import annotations

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
    assert shop.request("GET", "/products?per_page=25&page=9").headers["x-wp-total"] == "44"


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
        ca_file = world.stand_ins and world._connection("woocommerce")["extra"]["ca_file"]
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


def test_any_put_bumps_the_date_and_a_variations_bumps_its_parents(shop: Any) -> None:
    order, product = shop.get("/orders/960"), shop.get("/products/52")
    assert shop.put("/orders/960", {})["date_modified_gmt"] > order["date_modified_gmt"]
    shop.put("/products/52/variations/53", {})
    assert shop.get("/products/52")["date_modified_gmt"] > product["date_modified_gmt"]
    newest = shop.get("/orders?orderby=modified&per_page=1")[0]
    assert newest["id"] == 960


def test_absolute_stock_overwrites_and_status_follows(shop: Any) -> None:
    assert shop.put("/products/12", {"stock_quantity": 3})["stock_status"] == "instock"
    emptied = shop.put("/products/12", {"stock_quantity": None})
    assert (emptied["stock_quantity"], emptied["stock_status"]) == (0, "outofstock")
    unmanaged = next(
        p for p in shop.get("/products?per_page=100") if p["type"] == "simple" and not p["manage_stock"]
    )
    assert shop.put(f"/products/{unmanaged['id']}", {"stock_quantity": 9})["stock_quantity"] is None


def test_numbers_are_taken_as_the_real_server_takes_them(shop: Any) -> None:
    changed = shop.put("/products/12", {"regular_price": "12,34", "weight": "1,5", "sale_price": "abc"})
    assert (changed["regular_price"], changed["weight"], changed["sale_price"]) == ("1234", "15", "")


def test_a_batch_fails_item_by_item(shop: Any) -> None:
    update = [{"id": 12, "stock_quantity": 7}, {"id": 99999, "stock_quantity": 7}]
    done = shop.post("/products/batch", {"update": update})["update"]
    assert done[0]["stock_quantity"] == 7
    assert done[1]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    too_many = shop.request("POST", "/products/batch", {"update": [{"id": 12}] * 101})
    assert error(too_many) == (413, "woocommerce_rest_request_entity_too_large")
    variation = shop.post("/products/52/variations/batch", {"update": [{"id": 53, "stock_quantity": 4}]})
    assert variation["update"][0]["stock_quantity"] == 4


def test_an_order_takes_stock_once_it_counts_and_gives_it_back(shop: Any) -> None:
    before, parent = shop.get("/products/52/variations/53")["stock_quantity"], shop.get("/products/52")
    lines = [{"product_id": 52, "variation_id": 53, "quantity": 2}]
    order = shop.post("/orders", {"line_items": lines, "shipping": {"country": "CA", "state": "BC"}})
    assert order["status"] == "pending"
    assert shop.get("/products/52/variations/53")["stock_quantity"] == before
    paid = shop.put(f"/orders/{order['id']}", {"status": "processing"})
    assert paid["date_paid_gmt"]
    assert paid["line_items"][0]["meta_data"][0]["key"] == "_reduced_stock"
    assert shop.get("/products/52/variations/53")["stock_quantity"] == before - 2
    assert shop.get("/products/52")["date_modified_gmt"] > parent["date_modified_gmt"]
    shop.put(f"/orders/{order['id']}", {"status": "cancelled"})
    assert shop.get("/products/52/variations/53")["stock_quantity"] == before


def test_orders_made_here_do_not_ask_whether_there_is_enough(shop: Any) -> None:
    left = shop.get("/products/12")["stock_quantity"]
    order = shop.post("/orders", {"set_paid": True, "line_items": [{"product_id": 12, "quantity": left + 5}]})
    assert order["status"] == "processing"
    assert shop.get("/products/12")["stock_quantity"] == -5


def test_an_unknown_sku_is_a_blank_line_without_complaint(shop: Any) -> None:
    line = shop.post("/orders", {"line_items": [{"sku": "no-such", "quantity": 2}]})["line_items"][0]
    assert (line["name"], line["product_id"], line["total"], line["sku"]) == ("", 0, "0.00", None)


def test_totals_of_a_posted_order_add_up_with_coupon_fee_and_shipping(shop: Any) -> None:
    fields = {
        "line_items": [{"sku": "22423", "quantity": 3}, {"sku": "85099B", "quantity": 1}],
        "shipping_lines": [{"method_id": "flat_rate", "method_title": "Post", "total": "12.50"}],
        "fee_lines": [{"name": "Gift wrap", "total": "3.00"}],
        "coupon_lines": [{"code": "maple10"}],
        "shipping": {"country": "CA", "state": "QC"},
    }
    order = shop.post("/orders", fields)
    parts = [line["total"] for kind in ("line_items", "shipping_lines", "fee_lines") for line in order[kind]]
    taxes = [text for line in order["tax_lines"] for text in (line["tax_total"], line["shipping_tax_total"])]
    assert round(sum(map(float, parts + taxes)), 2) == float(order["total"])
    assert [line["rate_code"] for line in order["tax_lines"]] == ["CA-QC-GST-1", "CA-QC-QST-2"]
    assert order["discount_total"] == order["coupon_lines"][0]["discount"] == "4.24"


def test_a_refund_is_negative_and_leaves_the_total(shop: Any) -> None:
    order = shop.get("/orders/960")
    line = order["line_items"][0]
    given = {"id": line["id"], "quantity": 1, "refund_total": 1.00, "refund_tax": []}
    refund = shop.post("/orders/960/refunds", {"line_items": [given], "reason": "One too many"})
    assert refund["line_items"][0]["quantity"] == -1
    assert refund["amount"] == "1.00"
    after = shop.get("/orders/960")
    assert after["total"] == order["total"]
    assert after["refunds"][0]["total"] == "-1.00"
    assert after["date_modified_gmt"] > order["date_modified_gmt"]
    everywhere = shop.get("/refunds?per_page=1")[0]
    assert (everywhere["id"], everywhere["parent_id"]) == (refund["id"], 960)


def test_too_large_a_refund_is_a_500_that_will_not_pass(shop: Any) -> None:
    answer = shop.request("POST", "/orders/960/refunds", {"amount": "99999.00"})
    assert answer.status_code == 500
    assert answer.json()["data"] == 500


def test_status_refunded_makes_a_refund_by_itself(shop: Any) -> None:
    order = shop.put("/orders/1000", {"status": "refunded"})
    assert order["refunds"][0]["total"] == f"-{order['total']}"


def test_the_bin_and_the_end(shop: Any) -> None:
    status = shop.get("/orders/960")["status"]
    shown = shop.request("DELETE", "/orders/960").json()
    assert shown["status"] == status
    assert 960 not in [order["id"] for order in shop.get("/orders?per_page=100")]
    assert 960 in [order["id"] for order in shop.get("/orders?status=trash")]
    assert shop.get("/orders/960")["status"] == "trash"
    shop.request("DELETE", "/orders/960?force=true")
    assert shop.request("GET", "/orders/960").status_code == 404


def test_deleting_a_refund_does_not_bump_its_order(shop: Any) -> None:
    refund = shop.get("/refunds?per_page=1")[0]
    path = f"/orders/{refund['parent_id']}"
    before = shop.get(path)
    assert shop.request("DELETE", f"{path}/refunds/{refund['id']}").status_code == 501
    assert shop.request("DELETE", f"{path}/refunds/{refund['id']}?force=true").status_code == 200
    after = shop.get(path)
    assert len(after["refunds"]) == len(before["refunds"]) - 1
    assert after["date_modified_gmt"] == before["date_modified_gmt"]


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
