"""What each of the staff's pages says, and what its forms do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from connections.connection import Connection
from connections.signing import Seal
from connections.storage import Storage
from connections.warehouse import rows, session
from portal.staff.app import build
from tests.portal.staff import day
from tests.portal.staff.clicks import PAGES, form_key_in, post, write_id
from tests.portal.staff.day import KEY


def test_an_order_tells_everything_in_the_order_of_time(anna: httpx.Client) -> None:
    text = anna.get("/staff/orders/woocommerce:1001").text
    for words in (
        "Élise Tremblay", "12 rue Nord", "H2X 1Y4", "1001@example.org", "416 555 0199", "126.56 CAD",
        "postal code of another province", "TEA-1", "HST ON", "ship now what is in stock (chosen)",
        "Track 7023210039414604", "/staff/documents/packing_slip%3Awoocommerce%3A1001%3A1",
        "/staff/labels/woocommerce%3A1001%3A1%3A1", "bounced", "it may have been sent", "Promised for",
        "TEA-1 taken from stock", "Broken lid",
        "Payment disputed, lost", "Shipment 1 left", "Ledger entry entry_1001: done", "entry_1001: done",
    ):  # fmt: skip
        assert words in text, words
    happened = text[text.index("What happened") :]
    places = [happened.index(words) for words in ("Order placed", "Paid 126.56", "The customer chose")]
    assert places == sorted(places)
    assert "Mail came back: shipped woocommerce:1001:1" in happened and "no such mailbox" in happened
    assert "Mail shipped woocommerce:1001:1: done" in happened, "also what is not due any more"


def test_what_came_from_outside_is_text(anna: httpx.Client) -> None:
    for path in (*PAGES[1:9], "/staff/orders/woocommerce:1003", "/staff?q=%3Cscript%3E"):
        text = anna.get(path, follow_redirects=True).text
        assert "<script>alert" not in text and "<script>" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in anna.get("/staff/orders/1003").text
    assert "/staff/mappings?shop_sku=TEA%20%26%20%3COLD%3E" in anna.get("/staff/failures").text


def test_documents_come_from_where_they_are_kept(anna: httpx.Client) -> None:
    slip = anna.get("/staff/documents/packing_slip:woocommerce:1001:1")
    assert (slip.content, slip.headers["content-type"]) == (b"%PDF-slip", "application/pdf")
    assert slip.headers["content-disposition"] == "inline; filename*=UTF-8''slip.pdf"
    assert anna.get("/staff/labels/woocommerce:1001:1:1").content == b"%PDF-label"
    for path in (
        "/staff/documents/pick_list:2026-11-24",
        "/staff/documents/made-up",
        "/staff/documents/..%2F..%2Fetc%2Fpasswd",
        "/staff/labels/x",
    ):
        assert anna.get(path).status_code == 404


def test_the_pick_list_goes_by_location_and_shrinks(anna: httpx.Client) -> None:
    text = anna.get("/staff/picking").text
    assert "WH/Stock/B" in text and "WH/Stock/A" not in text, "where most of it is"
    assert "1001, 1003" in text and "1002" not in text, "a held box is not fetched"
    assert post(anna, "/staff/packing", act="packed", shipment_id="woocommerce:1001:1") == 303
    text = anna.get("/staff/picking").text
    assert "1001" not in text and "1003" in text


def test_packed_once_by_whom_and_open_again(anna: httpx.Client, warehouse: Connection) -> None:
    box = {"shipment_id": "woocommerce:1001:1"}
    assert post(anna, "/staff/packing", act="packed", **box) == 303
    assert post(anna, "/staff/packing", act="packed", **box) == 409
    assert "Packed by anna" in anna.get("/staff/packing").text
    assert post(anna, "/staff/packing", act="opened", **box) == 303
    assert post(anna, "/staff/packing", act="packed", shipment_id="woocommerce:1002:1") == 409, "it is held"
    assert post(anna, "/staff/packing", act="packed", shipment_id="woocommerce:1003:1") == 409, "no label yet"
    assert post(anna, "/staff/packing", act="packed", shipment_id="woocommerce:9:9") == 409
    assert post(anna, "/staff/packing", act="burned", **box) == 400
    with session(warehouse) as opened:
        packed = rows(opened, "select is_packed, packed_by from portal.packings order by packing_id")
        acts = rows(opened, "select who, act, subject from portal.acts where who = 'anna' order by act_id")
    assert packed == [{"is_packed": True, "packed_by": "anna"}, {"is_packed": False, "packed_by": "anna"}]
    assert [row["act"] for row in acts] == ["packed", "opened"]
    assert "shipment woocommerce:1001:1" in anna.get("/staff/acts").text


def test_of_two_at_once_one_packs_and_one_decides(anna: httpx.Client, warehouse: Connection) -> None:
    key = form_key_in(anna.get("/staff/packing").text)
    refused = str(write_id(warehouse, "invoice:woocommerce:1001"))
    box = {"form_key": key, "act": "packed", "shipment_id": "woocommerce:1001:1"}
    waived = {"form_key": key, "act": "waive", "subject": "write", "id": refused, "reason": "twice"}
    for path, form in (("/staff/packing", box), ("/staff/failures", waived)):
        ready = threading.Barrier(4)

        def click(_: int, path: str = path, form: dict[str, str] = form, ready: Any = ready) -> int:
            ready.wait()
            return anna.post(path, data=form).status_code

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(click, range(4))) == [303, 409, 409, 409]
    with session(warehouse) as opened:
        acts = rows(opened, "select act from portal.acts order by act_id")
        assert [row["act"] for row in acts] == ["packed", "waive"]
        assert len(rows(opened, "select * from portal.packings")) == 1


def test_a_decision_needs_a_reason_and_is_on_record(anna: httpx.Client, warehouse: Connection) -> None:
    refused = str(write_id(warehouse, "invoice:woocommerce:1001"))
    form = {"subject": "write", "id": refused}
    assert post(anna, "/staff/failures", act="waive", reason=" ", **form) == 409
    assert post(anna, "/staff/failures", act="waive", reason="no such customer", **form) == 303
    assert post(anna, "/staff/failures", act="waive", reason="again", **form) == 409
    asked = str(write_id(warehouse, "delay:woocommerce:1001:1"))
    assert post(anna, "/staff/failures", act="retry", reason="x", subject="write", id=asked) == 409
    assert (
        post(anna, "/staff/failures", act="not_done", reason="she called", subject="write", id=asked) == 303
    )
    with session(warehouse) as opened:
        found = rows(opened, "select key, status from sync.writes where system = 'mail' order by key")
    assert {row["key"]: row["status"] for row in found} == {
        "delay:woocommerce:1001:1": "planned",
        "invoice:woocommerce:1001": "waived",
        "shipped:woocommerce:1001:1": "confirmed",
    }
    assert "no such customer" in anna.get("/staff/acts").text
    assert "no such customer" in anna.get("/staff/orders/1001").text


def test_a_decision_about_nothing(anna: httpx.Client) -> None:
    form = {"subject": "write", "id": "1", "act": "waive", "reason": "x"}
    for bad in ({"id": "x"}, {"id": "9" * 30}, {"act": "delete"}, {"subject": "table"}):
        assert post(anna, "/staff/failures", **(form | bad)) == 400


def test_a_record_is_put_aside(anna: httpx.Client, warehouse: Connection) -> None:
    form = {"subject": "record", "id": "1", "act": "waive", "reason": "a test"}
    assert post(anna, "/staff/failures", **form) == 303
    with session(warehouse) as opened:
        assert rows(opened, "select resolution from sync.refused_records") == [
            {"resolution": "waived by anna: a test"}
        ]


def test_a_sku_is_mapped_to_what_odoo_has(anna: httpx.Client, warehouse: Connection) -> None:
    form = {"shop_sku": "TEA & <OLD>", "reason": "renamed"}
    assert post(anna, "/staff/mappings", sku="NO-SUCH", **form) == 409
    assert post(anna, "/staff/mappings", sku="tea-1", **form) == 303
    with session(warehouse) as opened:
        (row,) = rows(opened, "select shop_sku, sku, set_by from sync.sku_mappings")
    assert tuple(row.values()) == ("tea & <old>", "tea-1", "anna")
    assert post(anna, "/staff/mappings", sku="", **form) == 303


def test_search(anna: httpx.Client) -> None:
    answer = anna.get("/staff?q=1001")
    assert answer.headers["location"] == "/staff/orders/woocommerce%3A1001", "one is shown at once"
    assert "#1002" in anna.get("/staff?q=BOB").text or anna.get("/staff?q=BOB").status_code == 303
    text = anna.get("/staff?q=10").text
    assert all(f"#{number}" in text for number in (1001, 1002, 1003))
    assert "Nothing begins with" in anna.get("/staff?q=nobody").text
    assert anna.get("/staff/orders/woocommerce:9").status_code == 404
    assert anna.get("/staff/no-such-page").status_code == 404


def test_before_the_first_build(warehouse: Connection, tmp_path: Path, serve: Callable[..., str]) -> None:
    with session(warehouse) as opened:
        day.put(opened, "portal.staff", name="anna", password_hash="x")
    with httpx.Client(base_url=serve(build(warehouse, Seal(KEY), Storage(str(tmp_path))))) as client:
        client.cookies.set("counterflow_staff", day.cookie(warehouse, "anna"))
        for path in ("/staff", "/staff?q=1001", *PAGES[3:9]):
            assert client.get(path).status_code == 200, path
