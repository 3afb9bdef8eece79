"""No unit is promised twice, and what was promised is kept: the models against plain Python.

One build of the models judges fifty small shops at once; then something befalls each, and they are judged
again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt import compiled as sql
from tests.dbt.allocation_oracle import NEVER, SHELF, Allotment, Product
from tests.dbt.allocation_worlds import SOURCES, START, Move, Shop, befall, moves, rows
from tests.dbt.conftest import Builder

# In the order in which each rests on those before it.
MODELS = (
    "int_promises_told",
    "int_sale_orders_waiting",
    "int_orders_reserved",
    "int_units_supplied",
    "int_units_wanted",
    "int_promises_standing",
    "int_units_kept",
    "int_units_allotted",
    "int_allotment_plans",
    "allocations",
    "backorders",
    "int_shipments_decided",
)
INPUTS = (
    "marts.products",
    "intermediate.int_stock_located",
    "intermediate.int_open_purchase_order_lines",
    "intermediate.int_open_stock_moves",
    "intermediate.int_order_lines_to_send",
    "intermediate.int_fulfilment_writes",
    "staging.stg_odoo__stock_picking",
)
SHOPS = 50
ROUNDS = 5
Promises = dict[str, list[dict[str, Any]]]
checked: Counter[str] = Counter()


@pytest.fixture(scope="module")
def compiled(builder: Builder) -> dict[str, str]:
    """The models' SQL, and the settings that it reads."""
    builder.build("+int_shipments_decided", "+backorders", full_refresh=True)
    builder.sql.execute("insert into settings.promises values (14, 1, 3, 'ship_now', 1)")
    sql.replace(
        builder.sql,
        "staging.stg_odoo__stock_location",
        [
            {"record_key": str(at), "location_id": at, "location_name": f"WH/{at}", "usage": "internal",
             "is_deleted": False}
            for at in (1, 2)
        ],
    )  # fmt: skip
    sql.replace(
        builder.sql,
        "settings.stock_locations",
        [{"location": f"WH/{at}", "is_sold_from_web": at == 1} for at in (1, 2)],
    )
    builder.sql.commit()
    return sql.selects(MODELS)


def lives() -> st.SearchStrategy[list[list[list[Move]]]]:
    """For each round and shop what befalls it."""
    return st.lists(st.lists(moves(), min_size=SHOPS, max_size=SHOPS), min_size=ROUNDS, max_size=ROUNDS)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example,
                           HealthCheck.data_too_large, HealthCheck.too_slow],
)  # fmt: skip
@given(
    seeds=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4)), min_size=SHOPS, max_size=SHOPS),
    life=lives(),
)
def test_no_unit_is_promised_twice(
    builder: Builder,
    compiled: Mapping[str, str],
    seeds: list[tuple[int, int]],
    life: list[list[list[Move]]],
) -> None:
    shops = [
        Shop(number, shelf, reserved, elsewhere=5) for number, (shelf, reserved) in enumerate(seeds, start=1)
    ]
    promises: Promises = {}
    with builder.sql.transaction(force_rollback=True):
        for number, happenings in enumerate(life):
            clock = START + timedelta(days=10 + number)
            for shop, happened in zip(shops, happenings, strict=True):
                for place, move in enumerate(happened):
                    befall(shop, move, promises, clock + timedelta(minutes=place))
            found, promises = _build(builder, compiled, shops)
            for shop in shops:
                _judge(shop, found)


def test_thousands_of_promises_were_checked() -> None:
    assert checked["promises"] > 10_000, checked
    assert checked["promises that were told"] > 1000, checked
    assert checked["products where a promise went before the queue"] > 0, checked


def _build(builder: Builder, compiled: Mapping[str, str], shops: list[Shop]) -> tuple[Allotment, Promises]:
    tables = rows(shops)
    for table in INPUTS:
        sql.replace(builder.sql, table, tables.get(table, []))
    sql.rebuild(builder.sql, compiled)
    found: Allotment = defaultdict(Counter)
    for row in builder.sql.execute("select * from marts.allocations"):
        line: int = SOURCES.get(row["source"]) or row["purchase_order_line_id"] or SHELF
        assert row["quantity"] == int(row["quantity"])
        found[row["order_line_id"]][line] += int(row["quantity"])
    told = builder.sql.execute("select order_id, promises from intermediate.int_shipments_decided")
    return found, {row["order_id"]: row["promises"] for row in told}


def _judge(shop: Shop, found: Allotment) -> None:
    product = shop.as_product()
    mine = [demand for demand in product.demands if not demand.in_odoo]
    given: Allotment = {demand.key: found[demand.key] for demand in mine}
    _no_unit_twice(product, given)
    wanted = product.allot()
    assert given == {demand.key: wanted[demand.key] for demand in mine}, shop
    checked["promises"] += sum(units.total() for units in given.values())
    checked["promises that were told"] += sum(len(product.standing(demand)) for demand in mine)
    checked["products where a promise went before the queue"] += wanted != product.by_queue()
    if not shop.is_harmed:
        assert product.keeps(wanted), shop


def _no_unit_twice(product: Product, given: Allotment) -> None:
    taken: Counter[int] = Counter()
    for demand in product.demands:
        if not demand.in_odoo:
            assert given[demand.key].total() == demand.units
            taken += given[demand.key] - Counter({SHELF: demand.there})
    assert taken[SHELF] <= product.shelf
    for supply in product.supplies:
        assert taken[supply.line] <= supply.units
    assert set(taken) <= {SHELF, NEVER} | {supply.line for supply in product.supplies}
