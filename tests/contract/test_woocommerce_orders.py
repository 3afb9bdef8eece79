"""Orders and products of a whole WooCommerce, real or ours, as the loaders of shipments and backorders
find and leave them: notes, tracking, status, backorder texts; each once, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connections.connection import Connection
from connections.warehouse import connect
from loaders.planning import Hold
from tests.contract.conftest import Relay
from tests.contract.shop_orders import Due
from tests.contract.woocommerce_client import Shop

Record = dict[str, Any]
ITEMS = "_wc_shipment_tracking_items"


@pytest.fixture
def due(warehouse: Connection, shop: Shop) -> Iterator[Due]:
    with connect(warehouse) as landing:
        yield Due(landing, warehouse, shop)


@pytest.fixture
def order(shop: Shop) -> Record:
    """A paid order of three pieces."""
    return shop.order({"product_id": shop.product()["id"], "quantity": 3}, set_paid=True)


# --- what the shop does


def test_a_note_is_listed_and_is_no_change_of_its_order(shop: Shop, order: Record) -> None:
    path = f"/orders/{order['id']}/notes"
    before = shop.get(f"/orders/{order['id']}")["date_modified_gmt"]
    time.sleep(1.1)
    answer = shop.send("POST", path, json={"note": "Two\nlines \u00e9 \u201cquoted\u201d [a:1]"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["customer_note"] is False
    [found] = [row for row in shop.get(path) if row["id"] == made["id"]]
    assert found["note"].split() == ["Two", "lines", "\u00e9", "\u201cquoted\u201d", "[a:1]"]
    assert made["id"] in [row["id"] for row in shop.get(path, type="internal")]
    assert made["id"] not in [row["id"] for row in shop.get(path, type="customer")]
    assert shop.get(f"/orders/{order['id']}")["date_modified_gmt"] == before


def test_notes_of_an_order_that_is_not_there(shop: Shop) -> None:
    status, _ = shop.refused("GET", "/orders/2000000000/notes")
    assert status == 404
    assert shop.refused("POST", "/orders/2000000000/notes", json={"note": "x"})[0] == 404


def test_meta_keeps_lists_and_loses_what_is_null(shop: Shop, order: Record) -> None:
    path, items = f"/orders/{order['id']}", [{"tracking_number": "CP1", "date_shipped": "1"}]
    shop.put(path, meta_data=[{"key": ITEMS, "value": items}, {"key": "counterflow_x", "value": "1"}])
    rows = {row["key"]: row for row in shop.get(path)["meta_data"]}
    assert rows[ITEMS]["value"] == items
    changes = [
        {"id": rows[ITEMS]["id"], "key": ITEMS, "value": [*items, *items]},
        {"key": "counterflow_x", "value": None},
    ]
    shop.put(path, meta_data=changes)
    after = shop.get(path)["meta_data"]
    assert [row["value"] for row in after if row["key"] == ITEMS] == [[*items, *items]]
    assert "counterflow_x" not in {row["key"] for row in after}


def test_none_left_and_backorders_allowed_is_onbackorder(shop: Shop) -> None:
    product = shop.product(stock_quantity=0)
    assert product["stock_status"] == "outofstock"
    path = f"/products/{product['id']}"
    allowed = shop.put(path, backorders="notify")
    assert (allowed["stock_status"], allowed["backorders_allowed"]) == ("onbackorder", True)
    assert shop.put(path, stock_quantity=4)["stock_status"] == "instock"
    assert shop.put(path, stock_quantity=0, backorders="no")["stock_status"] == "outofstock"


# --- notes


def test_each_shipment_has_its_note_once(due: Due, order: Record) -> None:
    keys = [due.note(order, number) for number in (1, 10)]
    assert due.deliver()["order_note"].confirmed == 2
    assert [row["customer_note"] for row in due.notes(order)] == [False, False]
    assert {due.write(key, "order_note")[0] for key in keys} == {"confirmed"}
    assert due.deliver()["order_note"].planned == 0
    assert len(due.notes(order)) == 2


def test_a_note_whose_answer_is_lost_is_not_written_twice(
    due: Due, order: Record, shop: Shop, relay: Callable[[Connection], Relay]
) -> None:
    hop = relay(shop.connection)
    key = due.note(order)
    hop.swallow_next("/notes")
    if_lost_at_once = due.deliver(hop.connection)["order_note"]  # the listing's answer: asked again
    assert if_lost_at_once.confirmed == 1
    other = due.note(order, 2)
    hop.swallow_next(f"/orders/{order['id']}")
    assert due.deliver(hop.connection)["order_note"].confirmed == 1
    assert [due.write(each, "order_note")[0] for each in (key, other)] == ["confirmed", "confirmed"]
    assert len(due.notes(order)) == 2


def test_a_note_that_was_written_and_not_answered_is_found(
    due: Due, order: Record, shop: Shop, relay: Callable[[Connection], Relay]
) -> None:
    hop = relay(shop.connection)
    key = due.note(order)
    hop.swallow_next("POST /notes")
    assert due.deliver(hop.connection)["order_note"].unknown == 1
    assert due.write(key, "order_note")[:2] == ("unknown", "retry")
    assert due.deliver(hop.connection)["order_note"].confirmed == 1
    assert len(due.notes(order)) == 1


def test_a_note_for_the_customer_is_the_shops_own_mail(due: Due, order: Record) -> None:
    due.note(order, is_for_customer=True)
    assert due.deliver()["order_note"].confirmed == 1
    assert [row["customer_note"] for row in due.notes(order)] == [True]


@pytest.mark.parametrize("status", ["cancelled", "refunded", "trash"])
def test_an_order_that_was_called_off_is_not_written_to(
    due: Due, order: Record, shop: Shop, status: str
) -> None:
    note, tracking = due.note(order), due.status(order, "CP1", status="completed")
    if status == "trash":
        shop.delete(f"/orders/{order['id']}", for_good=False)
    else:
        shop.put(f"/orders/{order['id']}", status=status)
    done = due.deliver()
    assert (done["order_note"].held, done["order_status"].held) == (1, 1)
    for key, thing in ((note, "order_note"), (tracking, "order_status")):
        assert due.write(key, thing)[:2] == ("held", "needs_person")
        assert status in str(due.write(key, thing)[2])
    assert due.notes(order) == [] and shop.get(f"/orders/{order['id']}")["status"] == status


def test_an_order_that_is_gone_holds_no_other(due: Due, shop: Shop) -> None:
    gone, stays = shop.order(set_paid=True), shop.order(set_paid=True)
    shop.delete(f"/orders/{gone['id']}")
    keys = [due.note(gone), due.note(stays)]
    statuses = [due.status(gone, "CP1"), due.status(stays, "CP2")]
    due.deliver()
    assert [due.write(key, "order_note")[0] for key in keys] == ["refused", "confirmed"]
    assert [due.write(key, "order_status")[0] for key in statuses] == ["refused", "confirmed"]


# --- tracking and status


def test_tracking_and_status_are_set_and_read_back(due: Due, order: Record, shop: Shop) -> None:
    path = f"/orders/{order['id']}"
    key = due.status(order, "CP1")
    assert due.deliver()["order_status"].confirmed == 1
    assert shop.get(path)["status"] == "processing", "a part was shipped"
    key = due.status(order, "CP1", "CP2", status="completed")
    assert due.deliver()["order_status"].confirmed == 1
    assert due.write(key, "order_status")[0] == "confirmed"
    done = shop.get(path)
    assert done["status"] == "completed" and done["date_completed_gmt"]
    meta = due.meta(path)
    assert meta["counterflow_tracking_numbers"] == "CP1, CP2"
    assert meta["counterflow_tracking_links"] == "https://post.example/CP1 https://post.example/CP2"
    assert [item["tracking_number"] for item in meta[ITEMS]] == ["CP1", "CP2"]
    assert {item["tracking_provider"] for item in meta[ITEMS]} == {"canada-post"}


def test_tracking_that_staff_added_stays(due: Due, order: Record, shop: Shop) -> None:
    path = f"/orders/{order['id']}"
    staffs = {"tracking_number": "UPS7", "tracking_provider": "ups"}
    shop.put(path, meta_data=[{"key": ITEMS, "value": [staffs]}])
    due.status(order, "CP1")
    due.deliver()
    due.status(order, "CP1", "CP2")
    assert due.deliver()["order_status"].confirmed == 1
    rows = [row for row in shop.get(path)["meta_data"] if row["key"] == ITEMS]
    assert [[item["tracking_number"] for item in row["value"]] for row in rows] == [["UPS7", "CP1", "CP2"]]


def test_a_status_that_changed_since_is_not_written_over(due: Due, order: Record, shop: Shop) -> None:
    key = due.status(order, "CP1", status="completed")
    shop.put(f"/orders/{order['id']}", status="on-hold")
    assert due.deliver()["order_status"].held == 1
    assert due.write(key, "order_status")[:2] == ("held", "stale_input")
    assert shop.get(f"/orders/{order['id']}")["status"] == "on-hold"


def test_an_order_that_staff_completed_takes_its_tracking_only(due: Due, order: Record, shop: Shop) -> None:
    due.status(order, "CP1", status="completed")
    completed = shop.put(f"/orders/{order['id']}", status="completed")
    mails = due.mails(order)
    assert due.deliver()["order_status"].confirmed == 1
    after = shop.get(f"/orders/{order['id']}")
    assert (after["status"], after["date_completed_gmt"]) == ("completed", completed["date_completed_gmt"])
    assert due.meta(f"/orders/{order['id']}")["counterflow_tracking_numbers"] == "CP1"
    assert due.mails(order) == mails, "no second mail"


def test_a_status_whose_answer_is_lost(
    due: Due, order: Record, shop: Shop, relay: Callable[[Connection], Relay]
) -> None:
    hop = relay(shop.connection)
    key = due.status(order, "CP1", status="completed")
    hop.swallow_next(f"PUT /orders/{order['id']}")
    assert due.deliver(hop.connection)["order_status"].unknown == 1
    mails = due.mails(order)
    assert due.deliver(hop.connection)["order_status"].confirmed == 1
    assert due.write(key, "order_status")[0] == "confirmed"
    assert len(due.meta(f"/orders/{order['id']}")[ITEMS]) == 1 and due.mails(order) == mails


# --- backorders


def test_backorder_texts_come_and_go_and_leave_the_stock_alone(due: Due, shop: Shop) -> None:
    product, variation = shop.product(stock_quantity=0), shop.variation(stock_quantity=0)
    paths = [
        f"/products/{product['id']}",
        f"/products/{variation['parent_id']}/variations/{variation['id']}",
    ]
    keys = [due.backorder(each, "2026-12-09") for each in (product, variation)]
    assert due.deliver()["backorder_text"].confirmed == 2
    for path, key in zip(paths, keys, strict=True):
        now = shop.get(path)
        assert (now["backorders"], now["stock_status"], now["stock_quantity"]) == ("notify", "onbackorder", 0)
        assert due.meta(path)["_counterflow_expected_date"] == "2026-12-09"
        assert due.write(key, "backorder_text")[0] == "confirmed"
    shop.put(paths[0], stock_quantity=5)
    product = shop.get(paths[0])
    due.backorder(product, None, backorders="no", backorders_before=None)
    assert due.deliver()["backorder_text"].confirmed == 1
    now = shop.get(paths[0])
    assert (now["backorders"], now["stock_status"], now["stock_quantity"]) == ("no", "instock", 5)
    assert not [row for row in now["meta_data"] if row["key"].startswith("_counterflow")]


def test_backorders_that_staff_changed_since_are_left_alone(due: Due, shop: Shop) -> None:
    product = shop.product(stock_quantity=0)
    key = due.backorder(product, "2026-12-09")
    shop.put(f"/products/{product['id']}", backorders="yes")
    assert due.deliver()["backorder_text"].held == 1
    assert due.write(key, "backorder_text")[:2] == ("held", "stale_input")
    assert shop.get(f"/products/{product['id']}")["backorders"] == "yes"


def test_off_holds_and_later_releases_each(due: Due, order: Record, shop: Shop) -> None:
    product = shop.product(stock_quantity=0)
    keys = {
        "order_note": due.note(order),
        "order_status": due.status(order, "CP1", status="completed"),
        "backorder_text": due.backorder(product, "2026-12-09"),
    }
    before = shop.get(f"/orders/{order['id']}"), shop.get(f"/products/{product['id']}")
    for _ in range(2):
        off = due.deliver(hold_all=Hold("switch", "the flow is off"))
        assert [summary.held for summary in off.values()] == [1, 1, 1]
    assert due.notes(order) == []
    assert (shop.get(f"/orders/{order['id']}"), shop.get(f"/products/{product['id']}")) == before
    assert [summary.confirmed for summary in due.deliver().values()] == [1, 1, 1]
    for thing, key in keys.items():
        assert due.write(key, thing)[0] == "confirmed"
