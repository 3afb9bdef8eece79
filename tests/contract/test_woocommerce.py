"""WooCommerce REST v3: what our connectors rest on. Unchanged against a real shop and the stand-in.

The rest of the suite: test_woocommerce_connectors.py.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.woocommerce_client import Shop


def seconds(text: str, shift: int) -> str:
    """A *_gmt time, so many seconds later."""
    return (datetime.fromisoformat(text) + timedelta(seconds=shift)).isoformat(timespec="seconds")


# --- dates and pages


@pytest.mark.parametrize("kind", ["products", "orders"])
def test_modified_after_leaves_out_its_own_second(shop: Shop, kind: str) -> None:
    made = shop.product() if kind == "products" else shop.order()
    at = made["date_modified_gmt"]
    assert len(at) == 19  # UTC without a suffix
    same = {"include": made["id"], "status": "any", "dates_are_gmt": "true"}
    assert shop.get(f"/{kind}", modified_after=at, **same) == []
    assert len(shop.get(f"/{kind}", modified_after=seconds(at, -1), **same)) == 1
    assert shop.get(f"/{kind}", modified_before=at, **same) == []
    assert len(shop.get(f"/{kind}", modified_before=seconds(at, 1), **same)) == 1


def test_pages_have_totals_and_end(shop: Shop) -> None:
    skus = ",".join(shop.product()["sku"] for _ in range(3))
    first = shop.send(
        "GET", "/products", params={"sku": skus, "per_page": 2, "orderby": "id", "order": "asc"}
    )
    assert (first.headers["x-wp-total"], first.headers["x-wp-totalpages"]) == ("3", "2")
    assert first.headers["date"]
    second = shop.get("/products", sku=skus, per_page=2, page=2, orderby="id", order="asc")
    assert [len(first.json()), len(second)] == [2, 1]
    assert [item["sku"] for item in [*first.json(), *second]] == skus.split(",")
    past = shop.send("GET", "/orders", params={"per_page": 100, "page": 100_000})
    assert (past.status_code, past.json(), past.headers["x-wp-total"]) == (200, [], "0")
    assert shop.refused("GET", "/orders", params={"per_page": 101}) == (400, "rest_invalid_param")


def test_any_put_bumps_the_date(shop: Shop) -> None:
    made = shop.product()
    time.sleep(1.1)
    assert shop.put(f"/products/{made['id']}")["date_modified_gmt"] > made["date_modified_gmt"]


def test_customers_are_not_filtered_by_date(shop: Shop) -> None:
    made = shop.make(
        "/customers", email=f"{shop.sku()}@example.com", username=shop.sku(), password=shop.sku()
    )
    found = shop.get("/customers", modified_after="2100-01-01T00:00:00", include=made["id"], role="all")
    assert [item["id"] for item in found] == [made["id"]]


def test_only_the_fields_asked_for(shop: Shop) -> None:
    made = shop.product()
    assert set(shop.get("/products", include=made["id"], _fields="id,sku")[0]) == {"id", "sku"}


def test_tax_rates_and_classes(shop: Shop) -> None:
    for rate in shop.get("/taxes", per_page=100):
        assert {"id", "country", "state", "rate", "name", "class"} <= set(rate)
    assert "standard" in {row["slug"] for row in shop.get("/taxes/classes")}


# --- orders and refunds


def test_an_orders_parts_make_its_total(shop: Shop) -> None:
    product, variation = shop.product(), shop.variation()
    order = shop.order(
        {"product_id": product["id"], "quantity": 3},
        {"product_id": variation["parent_id"], "variation_id": variation["id"], "quantity": 1},
        shipping_lines=[{"method_id": "flat_rate", "method_title": "Post", "total": "12.00"}],
        fee_lines=[{"name": "Wrapping", "total": "2.50"}],
    )
    parts = [row["total"] for name in ("line_items", "shipping_lines", "fee_lines") for row in order[name]]
    taxes = [row[name] for row in order["tax_lines"] for name in ("tax_total", "shipping_tax_total")]
    assert sum(map(Decimal, [*parts, *taxes])) == Decimal(order["total"])
    assert sum(map(Decimal, taxes)) == Decimal(order["total_tax"])
    assert parts == ["30.00", "12.00", "12.00", "2.50"]
    assert [line["sku"] for line in order["line_items"]] == [product["sku"], variation["sku"]]
    assert isinstance(order["line_items"][0]["price"], int | float)
    assert order["currency"] and order["number"]


def test_a_paid_order_takes_its_goods_off_the_stock(shop: Shop) -> None:
    product = shop.product()
    order = shop.order({"product_id": product["id"], "quantity": 3}, set_paid=True)
    assert order["status"] == "processing" and order["date_paid_gmt"]
    order = shop.get(f"/orders/{order['id']}")
    assert "_reduced_stock" in {row["key"] for row in order["line_items"][0]["meta_data"]}
    now = shop.get(f"/products/{product['id']}")
    assert now["stock_quantity"] == 7 and now["stock_status"] == "instock"
    assert now["date_modified_gmt"] >= product["date_modified_gmt"]


def test_an_order_by_the_interface_may_oversell(shop: Shop) -> None:
    product = shop.product(stock_quantity=1)
    shop.order({"product_id": product["id"], "quantity": 3}, set_paid=True)
    assert shop.get(f"/products/{product['id']}")["stock_quantity"] == -2


def test_an_unknown_sku_is_an_empty_line(shop: Shop) -> None:
    [line] = shop.order({"sku": shop.sku(), "quantity": 1})["line_items"]
    assert (line["total"], line["product_id"]) == ("0.00", 0)


def test_a_refund_leaves_the_total_alone(shop: Shop) -> None:
    product = shop.product()
    order = shop.order({"product_id": product["id"], "quantity": 2}, set_paid=True)
    answer = shop.send("POST", f"/orders/{order['id']}/refunds", json={"amount": "5.00", "api_refund": False})
    assert answer.status_code == 201
    refund = answer.json()
    assert refund["amount"] == "5.00" and refund["line_items"] == []
    after = shop.get(f"/orders/{order['id']}")
    assert after["total"] == order["total"] and [row["id"] for row in after["refunds"]] == [refund["id"]]
    assert after["refunds"][0]["total"] == "-5.00"
    [listed] = shop.get("/refunds", include=refund["id"])
    assert listed["parent_id"] == order["id"]


def test_refunded_lines_are_negative_and_restocked(shop: Shop) -> None:
    product = shop.product()
    order = shop.order({"product_id": product["id"], "quantity": 2}, set_paid=True)
    given = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 10.0}
    answer = shop.send(
        "POST",
        f"/orders/{order['id']}/refunds",
        json={"api_refund": False, "amount": "10.00", "line_items": [given]},
    )
    assert answer.status_code == 201
    [line] = answer.json()["line_items"]
    assert (line["quantity"], line["total"]) == (-1, "-10.00")
    assert shop.get(f"/products/{product['id']}")["stock_quantity"] == 9


def test_refunding_too_much_is_a_500_that_is_not_transient(shop: Shop) -> None:
    order = shop.order({"product_id": shop.product()["id"], "quantity": 1}, set_paid=True)
    answer = shop.send(
        "POST", f"/orders/{order['id']}/refunds", json={"amount": "9999.00", "api_refund": False}
    )
    assert (answer.status_code, answer.json()["data"]) == (500, 500)
    assert answer.json()["code"] == "woocommerce_rest_cannot_create_order_refund"


def test_the_bin_is_asked_for_by_itself(shop: Shop) -> None:
    order = shop.order()
    assert shop.delete(f"/orders/{order['id']}", for_good=False)["status"] == order["status"]
    assert shop.get("/orders", include=order["id"], status="any") == []
    assert [row["status"] for row in shop.get("/orders", include=order["id"], status="trash")] == ["trash"]
    shop.delete(f"/orders/{order['id']}")
    assert shop.refused("GET", f"/orders/{order['id']}")[0] == 404


def test_meta_comes_back_as_text(shop: Shop) -> None:
    order = shop.order(
        meta_data=[{"key": "contract_number", "value": 42}, {"key": "contract_flag", "value": True}]
    )
    meta = {row["key"]: row["value"] for row in shop.get(f"/orders/{order['id']}")["meta_data"]}
    assert (meta["contract_number"], meta["contract_flag"]) == ("42", "1")


# --- products and stock


def test_a_stock_put_is_absolute(shop: Shop) -> None:
    product = shop.product()
    shop.order({"product_id": product["id"], "quantity": 4}, set_paid=True)
    assert shop.put(f"/products/{product['id']}", stock_quantity=10)["stock_quantity"] == 10
    emptied = shop.put(f"/products/{product['id']}", stock_quantity=None)
    assert (emptied["stock_quantity"], emptied["stock_status"]) == (0, "outofstock")


def test_stock_that_is_not_managed_stays_so(shop: Shop) -> None:
    product = shop.product(manage_stock=False, stock_quantity=None)
    changed = shop.put(f"/products/{product['id']}", stock_quantity=5)
    assert (changed["manage_stock"], changed["stock_quantity"]) == (False, None)


def test_prices_are_taken_as_they_come(shop: Shop) -> None:
    product = shop.product()
    assert shop.put(f"/products/{product['id']}", regular_price="12,34")["regular_price"] == "1234"
    assert shop.put(f"/products/{product['id']}", regular_price="abc")["regular_price"] == ""


def test_a_batch_is_200_with_an_error_per_item(shop: Shop) -> None:
    product = shop.product()
    update = [{"id": product["id"], "stock_quantity": 3}, {"id": 2_000_000_000, "stock_quantity": 1}]
    answer = shop.send("POST", "/products/batch", json={"update": update})
    assert answer.status_code == 200
    good, bad = answer.json()["update"]
    assert (good["id"], good["stock_quantity"]) == (product["id"], 3)
    assert bad["id"] == 2_000_000_000 and bad["error"]["code"] == "woocommerce_rest_product_invalid_id"
    many = [{"id": product["id"], "stock_quantity": 1}] * 101
    assert shop.refused("POST", "/products/batch", json={"update": many})[0] == 413


def test_variations_in_a_batch_and_across_products(shop: Shop) -> None:
    one, other = shop.variation(), shop.variation()
    path = f"/products/{one['parent_id']}/variations/batch"
    answer = shop.send("POST", path, json={"update": [{"id": one["id"], "stock_quantity": 8}]})
    assert answer.json()["update"][0]["stock_quantity"] == 8
    found = shop.get(
        "/variations", include=f"{one['id']},{other['id']}", orderby="id", order="asc", per_page=100
    )
    assert [row["id"] for row in found] == [one["id"], other["id"]]
    assert [row["stock_quantity"] for row in found] == [8, 5]
    assert [row["parent_id"] for row in found] == [one["parent_id"], other["parent_id"]]
    assert [row["manage_stock"] for row in found] == [True, True]


def test_a_sku_is_unique_here(shop: Shop) -> None:
    sku = shop.product()["sku"]
    assert shop.refused("POST", "/products", json={"name": "x", "sku": sku}) == (400, "product_invalid_sku")


def test_a_name_comes_back_as_it_was(shop: Shop) -> None:
    name = f"{shop.tag} é “quoted” 'n' " + "x" * 1_000
    assert shop.get(f"/products/{shop.product(name=name)['id']}")["name"] == name


# --- errors


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/orders/2000000000", (404, "woocommerce_rest_shop_order_invalid_id")),
        ("PUT", "/orders/2000000000", (400, "woocommerce_rest_shop_order_invalid_id")),
        ("GET", "/products/2000000000", (404, "woocommerce_rest_product_invalid_id")),
        ("PUT", "/products/2000000000", (400, "woocommerce_rest_product_invalid_id")),
        ("GET", "/no-such-thing", (404, "rest_no_route")),
    ],
)
def test_what_a_mistake_is_answered(shop: Shop, method: str, path: str, expected: tuple[int, str]) -> None:
    content: dict[str, Any] = {"json": {"name": "x"}} if method == "PUT" else {}
    assert shop.refused(method, path, **content) == expected


def test_a_wrong_key_is_401(shop: Shop) -> None:
    with shop.another("ck_" + "0" * 40, "cs_" + "0" * 40) as stranger:
        answer = stranger.get("/orders")
    assert answer.status_code == 401 and answer.json()["code"].startswith("woocommerce_rest_")
