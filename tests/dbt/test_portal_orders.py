"""From the marts to the customer's page and back: what is asked, what is answered, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from connections.connection import Connection
from extractors.base import extract
from extractors.portal import Portal
from portal.orders import OrderPage, Orders
from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder
from tests.portal import states

ORDER = "woocommerce:1001"
MODELS = Path(__file__).resolve().parents[2] / "dbt_project/models/marts/fulfilment"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def split(builder: Builder) -> Builder:
    """A shop with tea on its shelf and no pot, an order of both, and the customer is to be asked."""
    sql = builder.sql
    skus = {"TEA-1": 11, "POT-1": 12}
    products = {sku: shop.product(shop.product_number(sku), sku) for sku in skus}
    shop.land(sql, "woocommerce__products", {str(item["id"]): item for item in products.values()})
    in_odoo = [shop.odoo_product(number, sku) for sku, number in skus.items()]
    shop.land(sql, "odoo__product_product", {str(item["id"]): item for item in in_odoo})
    shop.land(sql, "odoo__stock_location", {"5": backoffice.location(5, "WH/Stock")})
    tea = {"key": "11:5", "product_id": 11, "location_id": 5, "quantity": 20.0, "reserved_quantity": 0.0}
    shop.land(sql, "odoo__stock_quant", {"11:5": tea, "12:5": {**tea, "product_id": 12, "quantity": 0.0}})
    sql.execute("insert into settings.stock_locations values ('WH/Stock', true)")
    # the answer is waited for longer than this test will live
    sql.execute("insert into settings.promises values (14, 1, 36500, 'ship_now', 1)")
    sql.execute("insert into settings.flows values ('customer_choice', 'both_ways')")
    shop.land_paid(sql, shop.order(1001), shop.order(1002, status="pending"))
    return builder


def answer(orders: Orders, choice: Any, seen: int, warehouse: Connection) -> str:
    """The answer is given on the page, and read."""
    outcome = orders.answer(ORDER, choice, seen, "fingerprint")
    extract(Portal(lambda: warehouse), Connection.from_fields("portal"), warehouse, "run")
    return outcome


def page(orders: Orders, order_id: str = ORDER) -> OrderPage:
    found = orders.page(order_id)
    assert found is not None
    return found


def test_the_customer_is_asked_answers_and_is_heeded(split: Builder, module_warehouse: Connection) -> None:
    orders = Orders(module_warehouse)
    split.build("+portal_orders")
    assert split.rows("select record_key, reason from intermediate.int_orders_checked") == []
    asked = page(orders)
    assert (asked.state, asked.number, asked.is_shipping_paid) == ("asking", "1001", True)
    assert [(line.name, line.ready, line.to_come, line.promise_date is None) for line in asked.lines] == [
        ("The TEA-1", 2, 0, True),
        ("The POT-1", 0, 1, False),
    ]
    assert asked.answer_by is not None and asked.promise_date == asked.lines[1].promise_date
    assert page(orders, "woocommerce:1002").state == "unpaid"
    assert orders.page("woocommerce:1003") is None

    assert answer(orders, "wait", 0, module_warehouse) == "taken"
    assert page(orders).choice == "wait"  # at once, before any build
    split.build("+portal_orders")
    waiting = page(orders)
    assert (waiting.state, waiting.choice, waiting.is_by_default) == ("answered", "wait", False)
    assert split.rows("select * from marts.planned_shipments") == []

    assert answer(orders, "ship_now", 1, module_warehouse) == "taken"
    split.build("+portal_orders")
    (planned,) = split.rows("select shipment_id, state from marts.planned_shipments")
    assert planned == {"shipment_id": f"{ORDER}:1", "state": "planned"}
    hourly = split.contents()["marts.portal_orders"]
    split.build("+portal_orders", full_refresh=True)
    assert split.contents()["marts.portal_orders"] == hourly

    # the label is bought: from that moment on the answer stands, before the next build knows
    assert page(orders).state == "answered"
    split.sql.execute(
        """
        insert into sync.writes (
            system, thing, key, hash, kind, outbound_model, payload, status, run_id, sent_at
        )
        select
            'canadapost', 'label', shipment_id || ':1', 'h', 'posting', 'out_canadapost__labels',
            jsonb_build_object(
                'shipment_id', shipment_id, 'shipment_number', 1, 'order_id', order_id, 'lines', lines
            ), 'confirmed', 'run', now()
        from marts.planned_shipments
        """
    )
    split.sql.commit()
    assert answer(orders, "wait", 2, module_warehouse) == "closed"
    assert page(orders).state == "packing"
    split.build("+portal_orders")
    packed = page(orders)
    assert (packed.state, packed.choice) == ("packing", "ship_now")
    assert [(box.number, box.shipped_on, box.lines) for box in packed.shipments] == [
        (1, None, (("The TEA-1", 2),))
    ]
    assert [line.name for line in packed.to_come] == ["The POT-1"]


def test_the_mart_is_the_table_of_the_browser_tests(module_warehouse: Connection, builder: Builder) -> None:
    described = yaml.safe_load((MODELS / "_portal_orders__models.yml").read_text())["models"][0]["columns"]
    builder.sql.execute("create schema other")
    builder.sql.execute(states.TABLE.replace("marts.", "other.").encode())
    query = "select column_name, data_type from information_schema.columns where table_schema = 'other'"
    columns = {row["column_name"]: row["data_type"] for row in builder.rows(query)}
    assert columns == {column["name"]: column["data_type"] for column in described}
