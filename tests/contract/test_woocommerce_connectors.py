"""Our own connectors on a whole WooCommerce, real or ours: what is made there lands, levels are set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.warehouse import Warehouse, connect, ensure_raw_tables
from extractors.base import extract
from extractors.woocommerce import WooCommerce
from loaders.base import DeliverySummary, deliver
from loaders.planning import Guards
from loaders.woocommerce import StockLevels
from tests.contract.woocommerce_client import Shop

GUARDS = Guards(most_rows=1000, most_money=1_000_000, most_to_zero=10)


@pytest.fixture
def landing(warehouse: Connection) -> Iterator[Warehouse]:
    """A warehouse with the raw tables of WooCommerce, and an outbound table of stock levels."""
    with connect(warehouse) as open_warehouse:
        names = [resource.lands_in for resource in WooCommerce.resources]
        ensure_raw_tables(open_warehouse, "woocommerce", names)
        open_warehouse.execute(
            """
            create table outbound.out_woocommerce__stock_levels (
                write_key text primary key, write_kind text, payload jsonb, payload_hash text,
                hold_class text, hold_reason text, build_id bigint,
                quantity integer, observed_quantity integer, observed_at timestamptz,
                newest_order_at timestamptz
            )
            """
        )
        open_warehouse.commit()
        yield open_warehouse


def raw(landing: Warehouse, resource: str, key: object) -> dict[str, Any] | None:
    row = landing.execute(f"select * from raw.woocommerce__{resource} where key = %s", [str(key)]).fetchone()
    landing.commit()
    return row


def test_what_is_made_lands_as_the_shop_gave_it(
    shop: Shop, landing: Warehouse, warehouse: Connection
) -> None:
    product, variation = shop.product(), shop.variation()
    order = shop.order({"product_id": product["id"], "quantity": 2}, set_paid=True)
    refund = shop.send(
        "POST", f"/orders/{order['id']}/refunds", json={"amount": "5.00", "api_refund": False}
    ).json()
    counts = extract(WooCommerce(), shop.connection, warehouse, "run 1")
    assert all(count.error is None and count.counts.refused == 0 for count in counts)
    found = raw(landing, "orders", order["id"])
    assert found and found["payload"]["total"] == order["total"] and found["payload"]["refunds"]
    assert f"{found['changed_at']:%Y-%m-%dT%H:%M:%S}" == found["payload"]["date_modified_gmt"]
    landed = raw(landing, "products", product["id"])
    assert landed and landed["payload"]["stock_quantity"] == 8
    of_parent = raw(landing, "product_variations", variation["id"])
    assert of_parent and of_parent["payload"]["parent_id"] == variation["parent_id"]
    back = raw(landing, "refunds", refund["id"])
    assert back and back["payload"]["parent_id"] == order["id"]

    extract(WooCommerce(), shop.connection, warehouse, "run 2")
    again = raw(landing, "orders", order["id"])
    assert again and again["version"] == found["version"]


def test_a_change_and_the_bin_are_seen(shop: Shop, landing: Warehouse, warehouse: Connection) -> None:
    order = shop.order()
    only = ("orders", "orders_trash")
    extract(WooCommerce(), shop.connection, warehouse, "run 1", only=only)
    shop.put(f"/orders/{order['id']}", status="completed")
    extract(WooCommerce(), shop.connection, warehouse, "run 2", only=only)
    found = raw(landing, "orders", order["id"])
    assert found and found["payload"]["status"] == "completed"
    shop.delete(f"/orders/{order['id']}", for_good=False)
    extract(WooCommerce(), shop.connection, warehouse, "run 3", only=only)
    binned = raw(landing, "orders", order["id"])
    assert binned and binned["payload"]["status"] == "trash"
    shop.delete(f"/orders/{order['id']}")
    extract(WooCommerce(), shop.connection, warehouse, "run 4", only=only, census=True)
    gone = raw(landing, "orders", order["id"])
    assert gone and gone["deleted_at"] is not None


def test_a_wrong_key_is_told_without_the_key(shop: Shop, landing: Warehouse, warehouse: Connection) -> None:
    wrong = replace(shop.connection, password="cs_0123456789")
    with pytest.raises(Misconfigured) as told:
        extract(WooCommerce(), wrong, warehouse, "run 1", only=("taxes",))
    assert "woocommerce" in str(told.value) and "cs_0123456789" not in str(told.value)


class Levels:
    """Stock levels that are due in one warehouse."""

    def __init__(self, landing: Warehouse, warehouse: Connection, shop: Shop) -> None:
        self.landing, self.warehouse, self.shop = landing, warehouse, shop

    def due(self, product: dict[str, Any], quantity: int, seen_until: datetime | None = None) -> str:
        """One more outbound row; its key. `seen_until`: the newest order that it has counted."""
        parent = product.get("parent_id") or None
        payload = {
            "product_id": parent or product["id"],
            "variation_id": product["id"] if parent else None,
            "sku": product["sku"],
            "quantity": quantity,
        }
        key = f"{'variation' if parent else 'product'}:{product['id']}"
        seen_until = seen_until or datetime.now(UTC) + timedelta(seconds=5)
        self.landing.execute(
            """
            insert into outbound.out_woocommerce__stock_levels
            values (%s, 'level', %s, md5(%s::jsonb::text), null, null, 1, %s, %s, now(), %s)
            """,
            [key, Jsonb(payload), Jsonb(payload), quantity, product["stock_quantity"], seen_until],
        )
        self.landing.commit()
        return key

    def deliver(self, connection: Connection | None = None) -> DeliverySummary:
        """One delivery."""
        return deliver(
            StockLevels(), connection or self.shop.connection, self.warehouse, "run", guards=GUARDS
        )

    def write(self, key: str) -> dict[str, Any]:
        """The record of the write."""
        row = self.landing.execute(
            "select * from sync.writes where key = %s and is_current", [key]
        ).fetchone()
        self.landing.commit()
        assert row is not None
        return row


@pytest.fixture
def levels(landing: Warehouse, warehouse: Connection, shop: Shop) -> Levels:
    return Levels(landing, warehouse, shop)


def test_levels_of_products_and_variations_are_set_and_read_back(levels: Levels, shop: Shop) -> None:
    product, variation = shop.product(), shop.variation()
    keys = [levels.due(product, 4), levels.due(variation, 0)]
    summary = levels.deliver()
    assert summary.confirmed == 2, summary
    assert shop.get(f"/products/{product['id']}")["stock_quantity"] == 4
    path = f"/products/{variation['parent_id']}/variations/{variation['id']}"
    assert shop.get(path)["stock_quantity"] == 0
    for key in keys:
        assert (levels.write(key)["status"], levels.write(key)["drift"]) == ("confirmed", None)
    assert levels.deliver().planned == 0


def test_a_level_that_has_not_seen_the_newest_order_waits(levels: Levels, shop: Shop) -> None:
    product = shop.product()
    sold = shop.order({"product_id": product["id"], "quantity": 3}, set_paid=True)
    seen = datetime.fromisoformat(sold["date_modified_gmt"]).replace(tzinfo=UTC) - timedelta(seconds=5)
    key = levels.due(product, 9, seen)
    assert levels.deliver().held == 1
    write = levels.write(key)
    assert (write["status"], write["reason_class"]) == ("held", "stale_input") and str(sold["id"]) in write[
        "reason"
    ]
    assert shop.get(f"/products/{product['id']}")["stock_quantity"] == 7


def test_a_product_that_is_gone_holds_no_other(levels: Levels, shop: Shop) -> None:
    gone, stays = shop.product(), shop.product()
    shop.delete(f"/products/{gone['id']}")
    keys = [levels.due(gone, 1), levels.due(stays, 1)]
    levels.deliver()
    assert [levels.write(key)["status"] for key in keys] == ["refused", "confirmed"]


def test_stock_that_the_shop_does_not_manage_waits_for_a_person(levels: Levels, shop: Shop) -> None:
    key = levels.due(shop.product(manage_stock=False, stock_quantity=None), 4)
    levels.deliver()
    assert (levels.write(key)["status"], levels.write(key)["reason_class"]) == ("held", "needs_person")
