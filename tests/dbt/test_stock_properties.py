"""What the web may sell, whatever the world is like: the compiled models against plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.compiled import insert, rebuild, selects
from tests.dbt.conftest import Builder

# In the order in which each rests on those before it.
MODELS = (
    "int_products_matched",
    "int_open_web_order_lines",
    "int_stock_reserved_by_web",
    "int_stock_located",
    "products",
    "stock",
    "stock_by_sku",
    "out_woocommerce__stock_levels",
)
OPEN = ("processing", "on_hold")
BUILD = {"build_id": 1}


@dataclass(frozen=True)
class Line:
    """A line of a web order."""

    product: int
    quantity: int
    refunded: int
    is_reduced: bool


@dataclass(frozen=True)
class Order:
    """A web order; typed: None not in Odoo, False a quotation there, True confirmed there."""

    status: str
    is_deleted: bool
    typed: bool | None
    lines: tuple[Line, ...]

    def waits_for(self, product: int) -> int:
        """Units that Odoo does not know of."""
        if self.is_deleted or self.typed:
            return 0
        return sum(
            line.quantity - line.refunded
            for line in self.lines
            if line.product == product
            and (self.status in OPEN or (self.status == "pending" and line.is_reduced))
        )


@dataclass(frozen=True)
class World:
    """stock[product][location]: on hand and reserved in Odoo; sold[location]: the web sells from it."""

    stock: tuple[tuple[tuple[int, int], ...], ...]
    sold: tuple[bool, ...]
    safety: int
    orders: tuple[Order, ...]


def _lines(products: int) -> st.SearchStrategy[Line]:
    return st.builds(
        lambda product, quantity, refunded, is_reduced: Line(
            product, quantity, min(refunded, quantity), is_reduced
        ),
        st.integers(0, products - 1),
        st.integers(1, 6),
        st.integers(0, 6),
        st.booleans(),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    products, locations = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    quant = st.integers(-3, 20).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, max(n, 0))))
    status = st.sampled_from(
        ("processing", "on_hold", "pending", "completed", "cancelled", "failed", "refunded")
    )
    order = st.builds(
        Order,
        status,
        st.sampled_from((False, False, False, True)),
        st.sampled_from((None, None, False, True)),
        st.lists(_lines(products), min_size=1, max_size=3).map(tuple),
    )
    return World(
        draw(st.tuples(*[st.tuples(*[quant] * locations)] * products)),
        draw(st.tuples(*[st.booleans()] * locations)),
        draw(st.integers(0, 3)),
        draw(st.lists(order, max_size=6).map(tuple)),
    )


@pytest.fixture(scope="module")
def compiled(builder: Builder) -> dict[str, str]:
    """The SQL of a first build, which looks at every row, by model."""
    builder.build(*(f"+{model}" for model in MODELS), full_refresh=True)
    return selects(MODELS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_what_the_web_may_sell_is_what_is_left(
    builder: Builder, compiled: Mapping[str, str], world: World
) -> None:
    with builder.sql.transaction(force_rollback=True):
        _describe(builder.sql, world)
        rebuild(builder.sql, compiled)
        by_sku = {row["sku"]: row for row in builder.sql.execute("select * from marts.stock_by_sku")}
        located = builder.sql.execute("select * from marts.stock").fetchall()
        levels = {
            row["sku"]: row
            for row in builder.sql.execute("select * from outbound.out_woocommerce__stock_levels")
        }
    for product, quants in enumerate(world.stock):
        on_web = [quant for quant, sold in zip(quants, world.sold, strict=True) if sold]
        waiting = sum(order.waits_for(product) for order in world.orders)
        left = sum(on_hand - reserved for on_hand, reserved in on_web) - waiting - world.safety
        row, level = by_sku[f"SKU{product}"], levels[f"SKU{product}"]
        assert row["available_quantity"] == max(left, 0)
        assert row["reserved_by_web_quantity"] == waiting
        assert level["quantity"] == max(left, 0)
        assert (level["hold_class"] is not None) == any(on_hand < 0 for on_hand, _ in quants)
        if on_web:
            mine = [each for each in located if each["sku"] == f"SKU{product}"]
            assert sum(each["reserved_by_web_quantity"] for each in mine) == waiting
            assert all(each["reserved_by_web_quantity"] == 0 for each in mine if not each["is_sold_from_web"])
            assert sum(each["on_hand_quantity"] for each in mine) == row["on_hand_quantity"]


def _describe(warehouse: psycopg.Connection[Any], world: World) -> None:
    """The world stands in the tables that the models rest on."""
    warehouse.execute("update staging.stg_settings__business set safety_stock = %s", [world.safety])
    places = range(len(world.sold))
    insert(
        warehouse,
        "settings",
        "stock_locations",
        ({"location": f"WH/{at}", "is_sold_from_web": world.sold[at]} for at in places),
    )
    insert(
        warehouse,
        "staging",
        "stg_odoo__stock_location",
        (
            {
                "record_key": str(at),
                "location_id": at,
                "location_name": f"WH/{at}",
                "usage": "internal",
                "is_deleted": False,
            }
            for at in places
        ),
    )
    for product, quants in enumerate(world.stock):
        common = {"sku": f"SKU{product}", "is_deleted": False, **BUILD}
        insert(
            warehouse,
            "staging",
            "stg_odoo__product_product",
            [
                {
                    "record_key": str(product),
                    "product_id_odoo": product,
                    "product_name": "It",
                    "is_stored": True,
                    "is_active": True,
                    **common,
                }
            ],
        )
        insert(
            warehouse,
            "staging",
            "stg_woocommerce__products",
            [
                {
                    "product_key": str(product),
                    "product_id_woocommerce": product,
                    "product_type": "simple",
                    "is_stock_managed": True,
                    "stock_quantity": 1,
                    **common,
                }
            ],
        )
        insert(
            warehouse,
            "staging",
            "stg_odoo__stock_quant",
            (
                {
                    "quant_key": f"{product}:{at}",
                    "product_id_odoo": product,
                    "location_id": at,
                    "on_hand_quantity": on_hand,
                    "reserved_quantity": reserved,
                    "is_deleted": False,
                    "problems": [],
                }
                for at, (on_hand, reserved) in enumerate(quants)
            ),
        )
    for number, order in enumerate(world.orders):
        _sell(warehouse, f"woocommerce:{number}", order)


def _sell(warehouse: psycopg.Connection[Any], order_id: str, order: Order) -> None:
    insert(
        warehouse,
        "intermediate",
        "int_woocommerce_orders",
        [{"order_id": order_id, "status": order.status, "is_deleted": order.is_deleted}],
    )
    if order.typed is not None:
        insert(
            warehouse,
            "intermediate",
            "int_orders_linked",
            [{"order_id": order_id, "order_id_odoo": 1, "is_reserved_in_odoo": order.typed}],
        )
    insert(
        warehouse,
        "intermediate",
        "int_woocommerce_order_lines",
        (
            {
                "order_line_id": f"{order_id}:{place}",
                "order_id": order_id,
                "product_id": f"sku:sku{line.product}",
                "quantity": line.quantity,
                "refunded_quantity": line.refunded,
                "stock_reduced_quantity": line.quantity if line.is_reduced else None,
            }
            for place, line in enumerate(order.lines)
        ),
    )
