"""Notes of the stand-in's orders: their shape is a real server's, and the shop writes its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_note_has_a_real_servers_fields(shop: Any, contracts: Path) -> None:
    real = json.loads((contracts / "woocommerce" / "server" / "order_notes.json").read_text())
    made = shop.post("/orders/960/notes", {"note": "Shipped"})
    [listed] = shop.get("/orders/960/notes")
    assert listed == made == shop.get(f"/orders/960/notes/{made['id']}")
    assert made.keys() == real[0].keys()
    assert made["_links"].keys() == real[0]["_links"].keys()
    assert made["_links"]["self"][0]["targetHints"] == real[0]["_links"]["self"][0]["targetHints"]
    assert {name: type(value) for name, value in made.items()} == {
        name: type(value) for name, value in real[0].items()
    }


def test_notes_come_newest_second_first_as_a_real_server_lists_them(contracts: Path) -> None:
    real = json.loads((contracts / "woocommerce" / "server" / "order_notes.json").read_text())
    by_id = sorted(real, key=lambda note: int(note["id"]))
    assert real == sorted(by_id, key=lambda note: str(note["date_created_gmt"]), reverse=True)


def test_the_shop_notes_what_it_does_and_whom_it_mails(shop: Any) -> None:
    order = shop.post("/orders", {"set_paid": True})
    shop.put(f"/orders/{order['id']}", {"status": "completed"})
    shop.post(f"/orders/{order['id']}/notes", {"note": "On its way", "customer_note": True})
    texts = [note["note"] for note in shop.get(f"/orders/{order['id']}/notes")]
    assert "Order status changed from Processing to Completed." in texts
    assert 'Email "Completed order" sent.' in texts
    assert [note["note"] for note in shop.get(f"/orders/{order['id']}/notes?type=customer")] == ["On its way"]


def test_a_note_is_deleted_for_good_only(shop: Any) -> None:
    note = shop.post("/orders/960/notes", {"note": "x"})
    path = f"/orders/960/notes/{note['id']}"
    assert shop.request("DELETE", path).status_code == 501
    assert shop.request("DELETE", f"{path}?force=true").status_code == 200
    assert shop.request("GET", path).status_code == 404
