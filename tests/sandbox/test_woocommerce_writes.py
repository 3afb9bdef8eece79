from __future__ import annotations

from typing import Any

import httpx


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


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


def test_a_gift_card_is_sold_untaxed_and_pays_part_of_an_order(shop: Any) -> None:
    to_ontario = {"country": "CA", "state": "ON"}
    lines = [{"sku": "22423", "quantity": 2}, {"sku": "GIFT-50"}, {"sku": "BOOK-1"}]
    order = shop.post("/orders", {"line_items": lines, "shipping": to_ontario})
    assert [line["total_tax"] for line in order["line_items"]] == ["3.32", "0.00", "1.25"]
    assert [line["rate_code"] for line in order["tax_lines"]] == ["CA-ON-HST-1", "CA-ON-GST-1"]
    assert (order["total"], order["gift_cards"]) == ("105.02", [])
    cards = [{"code": "KKKK-KKKK-KKKK-KKKK", "amount": 40}]
    paid = shop.put(f"/orders/{order['id']}", {"gift_cards": cards})
    assert (paid["total"], paid["gift_cards"][0]["amount"]) == ("65.02", 40)
    too_much = shop.request("POST", f"/orders/{order['id']}/refunds", {"amount": "65.03"})
    assert too_much.status_code == 500  # what a gift card paid is not the card's to give back
    cards[0]["amount"] = 0
    assert shop.put(f"/orders/{order['id']}", {"gift_cards": cards})["total"] == "105.02"


def test_an_agents_coupon_and_a_buyer_who_pays_no_tax(shop: Any) -> None:
    lines = [{"sku": "22423", "quantity": 2}]
    coupon = {"line_items": lines, "coupon_lines": [{"code": "AGENT-NORTH"}]}
    order = shop.post("/orders", coupon)
    assert (order["coupon_lines"][0]["code"], order["discount_total"]) == ("agent-north", "1.28")
    exempt = [{"key": "is_vat_exempt", "value": "yes"}]
    order = shop.post("/orders", {"line_items": lines, "meta_data": exempt})
    assert (order["total"], order["total_tax"], order["tax_lines"]) == ("25.50", "0.00", [])
