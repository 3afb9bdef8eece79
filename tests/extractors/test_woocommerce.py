"""WooCommerce's own traps: shifting pages, whole seconds, the bin, what leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Rejected
from connections.warehouse import rows, session
from extractors import woocommerce
from sandbox import World


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(woocommerce, "PAGES_AT_ONCE", 2)
    with sandbox.serve(orders=450, systems=("woocommerce",)) as world:
        yield world


@pytest.fixture
def change(shop: World) -> Callable[..., None]:
    """Change orders in the shop, as staff would."""

    def do(*order_ids: int, **fields: Any) -> None:
        stand_in: Any = shop.stand_ins["woocommerce"]
        shop.call(lambda: [stand_in.change(order_id, fields) for order_id in order_ids])

    return do


def truth(shop: World) -> dict[str, Any]:
    return {str(order["id"]): order for order in shop.truth["woocommerce"]["orders"]}


@pytest.mark.parametrize("after", [2, 3, 4, 5, 6])
def test_an_order_that_changes_while_pages_turn_shifts_nothing_out(
    shop: World, lands: Any, everything: Any, warehouse: Connection, meddle: Any, change: Any, after: int
) -> None:
    meddle(after, lambda: change(560, 760, 960, customer_note="changed meanwhile"))
    lands(shop, "woocommerce")
    lands(shop, "woocommerce")
    landed = everything(warehouse, "woocommerce")["orders"]
    assert len(landed) == 450
    assert [landed[key]["customer_note"] for key in ("560", "760", "960")] == ["changed meanwhile"] * 3


def test_more_changes_in_one_second_than_a_chunk_holds(
    shop: World, lands: Any, everything: Any, warehouse: Connection, change: Any
) -> None:
    lands(shop, "woocommerce")
    change(*range(560, 960), customer_note="all at once")
    lands(shop, "woocommerce")
    landed = everything(warehouse, "woocommerce")["orders"]
    assert sum(order["customer_note"] == "all at once" for order in landed.values()) == 400


def test_same_second_as_the_cursor(
    shop: World, lands: Any, everything: Any, warehouse: Connection, change: Any
) -> None:
    """modified_after is exclusive: a change in the second of the last one seen must not be skipped."""
    for number, order_id in enumerate(range(560, 566)):
        change(order_id, customer_note=f"change {number}")
        lands(shop, "woocommerce")
    landed = everything(warehouse, "woocommerce")["orders"]
    assert [landed[str(560 + number)]["customer_note"] for number in range(6)] == [
        f"change {n}" for n in range(6)
    ]


def test_binned_restored_and_deleted_for_good(
    shop: World, lands: Any, everything: Any, warehouse: Connection, change: Any
) -> None:
    lands(shop, "woocommerce")
    desk: Any = shop.stand_ins["woocommerce"]
    shop.call(lambda: desk.desk.delete(desk.orders.get(700), False))
    lands(shop, "woocommerce")
    assert everything(warehouse, "woocommerce")["orders"]["700"]["status"] == "trash"
    change(700, status="processing")
    lands(shop, "woocommerce")
    assert everything(warehouse, "woocommerce")["orders"]["700"]["status"] == "processing"
    shop.call(lambda: desk.desk.delete(desk.orders.get(700), True))
    lands(shop, "woocommerce")
    assert "700" in everything(warehouse, "woocommerce")["orders"], "no cursor can find this"
    census = lands(shop, "woocommerce", census=True)
    assert census["orders"].counts.deleted == 1
    assert "700" not in everything(warehouse, "woocommerce")["orders"]
    with session(warehouse) as opened:
        (row,) = rows(opened, "select payload, deleted_at from raw.woocommerce__orders where key = '700'")
    assert row["payload"]["id"] == 700 and row["deleted_at"] is not None


def test_what_a_key_without_rights_does_not_show_is_not_taken_for_deleted(
    shop: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    lands(shop, "woocommerce")
    stand_in: Any = shop.stand_ins["woocommerce"]
    shop.call(lambda: [stand_in.desk.delete(stand_in.orders.get(id_), True) for id_ in range(551, 801)])
    with pytest.raises(Rejected, match="none is marked as deleted"):
        lands(shop, "woocommerce", census=True)
    assert len(everything(warehouse, "woocommerce")["orders"]) == 450


def test_every_total_is_the_shops_own(
    shop: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    lands(shop, "woocommerce")
    landed = everything(warehouse, "woocommerce")["orders"]
    orders = truth(shop)
    assert orders.keys() <= landed.keys()
    for key, order in orders.items():
        assert (landed[key]["total"], landed[key]["status"]) == (order["total"], order["status"])
