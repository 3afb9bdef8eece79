"""Money that is divided comes out to the cent, whatever is refunded and shipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dbt.compiled import insert, rebuild, selects
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(600)

# In the order in which each rests on those before it.
MODELS = ("int_refund_parts", "int_order_deferrals", "int_deferral_moves")
PARTS = (
    ("goods", None, None),
    ("gift_card", None, None),
    ("shipping", None, None),
    ("fee", None, None),
    ("tip", None, None),
    ("tax", "GST", "QC"),
    ("tax", "QST", "QC"),
)
START = datetime(2026, 11, 1, tzinfo=UTC)
ORDER_ID = "woocommerce:1"


@dataclass(frozen=True)
class Refund:
    """Cents given back, and what of them is named for which part (by its place)."""

    amount: int
    named: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Sold:
    """Cents charged for each part, the cents that the total is off, and the refunds in turn."""

    charged: tuple[int, ...]
    rounding: int
    refunds: tuple[Refund, ...]

    @property
    def total(self) -> int:
        return sum(self.charged) + self.rounding


@st.composite
def sales(draw: st.DrawFn) -> Sold:
    goods = draw(st.integers(1, 30_000))
    others = [draw(st.one_of(st.just(0), st.integers(1, 9_999))) for _ in PARTS[1:]]
    if draw(st.integers(0, 4)) == 0:
        others[2] = -draw(st.integers(0, goods // 2))  # a fee that is a rebate
    charged = (goods, *others)
    rounding = draw(st.integers(-2, 2))
    left = sum(charged) + rounding
    refunds: list[Refund] = []
    while left > 0 and len(refunds) < 6:
        amount = left if draw(st.integers(0, 3)) == 0 else draw(st.integers(1, left))
        places = st.lists(st.integers(0, len(PARTS) - 1), unique=True, max_size=4)
        named = tuple((place, draw(st.integers(1, 30_000))) for place in draw(places))
        refunds.append(Refund(amount, named))
        left -= amount
    return Sold(charged, rounding, tuple(refunds))


@dataclass(frozen=True)
class Line:
    """A line of a backordered order, amounts in cents."""

    quantity: int
    backordered: int
    subtotal: int
    discount: int


@dataclass(frozen=True)
class Move:
    """Units of each line that leave, or are given back with a part of goods and shipping in percent."""

    is_shipment: bool
    units: tuple[int, ...]
    share: int


@dataclass(frozen=True)
class Backorder:
    lines: tuple[Line, ...]
    shipping: int
    moves: tuple[Move, ...]


@st.composite
def backorders(draw: st.DrawFn) -> Backorder:
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        quantity, subtotal = draw(st.integers(1, 7)), draw(st.integers(0, 20_000))
        lines.append(Line(quantity, draw(st.integers(0, quantity)), subtotal, draw(st.integers(0, subtotal))))
    moves = [
        Move(
            draw(st.booleans()),
            tuple(draw(st.integers(0, line.quantity)) for line in lines),
            draw(st.sampled_from((0, 0, 10, 33, 100))),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    return Backorder(tuple(lines), draw(st.integers(0, 3_000)), tuple(moves))


@pytest.fixture(scope="module")
def compiled(builder: Builder) -> dict[str, str]:
    """The SQL of a first build, which looks at every row, by model."""
    builder.build(*(f"+{model}" for model in MODELS), full_refresh=True)
    return selects(MODELS)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sold=sales())
@example(sold=Sold((8, 0, 0, -4, 0, 0, 0), 0, (Refund(4, ((0, 4),)),)))  # all of it named as goods
def test_refunds_give_back_what_was_charged_and_never_more(
    builder: Builder, compiled: Mapping[str, str], sold: Sold
) -> None:
    with builder.sql.transaction(force_rollback=True):
        _sell(builder.sql, sold)
        rebuild(builder.sql, {name: compiled[name] for name in ("int_refund_parts",)})
        rows = builder.sql.execute("select * from intermediate.int_refund_parts").fetchall()
    given_back: dict[int, Decimal] = defaultdict(Decimal)
    by_part: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        given_back[row["refund_number"]] += row["amount"]
        by_part[row["part_number"]] += row["amount"]
    for number, refund in enumerate(sold.refunds, start=1):
        assert given_back[number] == _money(refund.amount)
    for place, charged in enumerate(sold.charged, start=1):
        low, high = sorted((Decimal(0), _money(charged)))
        assert low <= by_part[place] <= high
        if sum(refund.amount for refund in sold.refunds) == sold.total:
            assert by_part[place] == _money(charged)
            assert by_part[0] == _money(sold.rounding)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(backorder=backorders())
def test_what_is_deferred_ends_at_zero_when_all_has_left(
    builder: Builder, compiled: Mapping[str, str], backorder: Backorder
) -> None:
    with builder.sql.transaction(force_rollback=True):
        _order(builder.sql, backorder)
        rebuild(
            builder.sql,
            {
                name: compiled[name]
                for name in (
                    "int_order_deferrals",
                    "int_deferral_moves",
                )
            },
        )
        deferrals = builder.sql.execute("select * from intermediate.int_order_deferrals").fetchall()
        moves = builder.sql.execute(
            "select * from intermediate.int_deferral_moves order by move_number"
        ).fetchall()
    for deferral in deferrals:
        for column in ("goods_amount", "discount_amount", "shipping_amount"):
            assert all(move[column] >= 0 for move in moves)
            assert sum(move[column] for move in moves) == deferral[column], column
        left = deferral["goods_amount"] + deferral["shipping_amount"]
        for move in moves:
            assert move["left_before_amount"] == left
            left -= move["goods_amount"] + move["shipping_amount"]
            assert move["left_amount"] == left
        assert left == 0
        if all(line.backordered == line.quantity for line in backorder.lines):
            assert deferral["shipping_amount"] == _money(backorder.shipping)
    if not deferrals:
        assert not moves


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _sell(warehouse: psycopg.Connection[Any], sold: Sold) -> None:
    order = {"order_id": ORDER_ID, "total_amount": _money(sold.total)}
    insert(warehouse, "intermediate", "int_woocommerce_orders", [order])
    parts = list(zip(PARTS, sold.charged, strict=True))
    insert(
        warehouse,
        "intermediate",
        "int_order_parts",
        (
            {"order_id": ORDER_ID, "part_number": place, "amount": _money(cents), **_part(part)}
            for place, (part, cents) in enumerate(parts, start=1)
        ),
    )
    before = 0
    for number, refund in enumerate(sold.refunds, start=1):
        insert(warehouse, "intermediate", "int_refunds_numbered", [_numbered(number, refund.amount, before)])
        before += refund.amount
        insert(
            warehouse,
            "intermediate",
            "int_refund_parts_named",
            (
                {
                    "refund_id": f"woocommerce:{number}",
                    "order_id": ORDER_ID,
                    "amount": _money(cents),
                    **_part(PARTS[place]),
                }
                for place, cents in refund.named
            ),
        )


def _part(part: tuple[str, str | None, str | None]) -> dict[str, Any]:
    return dict(zip(("part", "tax", "province"), part, strict=True))


def _numbered(number: int, cents: int, before: int) -> dict[str, Any]:
    return {
        "refund_id": f"woocommerce:{number}",
        "order_id": ORDER_ID,
        "refund_number": number,
        "amount": _money(cents),
        "refunded_before_amount": _money(before),
        "refunded_at": START + timedelta(hours=number),
    }


def _order(warehouse: psycopg.Connection[Any], backorder: Backorder) -> None:
    order = {"order_id": ORDER_ID, "shipping_amount": _money(backorder.shipping)}
    insert(warehouse, "intermediate", "int_woocommerce_orders", [order])
    insert(
        warehouse,
        "intermediate",
        "int_woocommerce_order_lines",
        (
            {
                "order_id": ORDER_ID,
                "order_line_id": str(place),
                "line_number": place,
                "quantity": line.quantity,
                "backordered_quantity": line.backordered,
                "subtotal_amount": _money(line.subtotal),
                "total_amount": _money(line.subtotal - line.discount),
            }
            for place, line in enumerate(backorder.lines)
        ),
    )
    completed = Move(True, tuple(line.quantity for line in backorder.lines), 0)
    for number, move in enumerate((*backorder.moves, completed), start=1):
        when = START + timedelta(hours=number)
        if not move.is_shipment:
            share = {"left_before_amount": 100, "named_amount": 0, "amount": move.share}
            insert(warehouse, "intermediate", "int_refunds_numbered", [_numbered(number, 0, 0)])
            insert(
                warehouse,
                "intermediate",
                "int_refund_parts",
                (
                    {"refund_id": f"woocommerce:{number}", "order_id": ORDER_ID, "part": part, **share}
                    for part in ("goods", "shipping")
                ),
            )
        table = "int_shipment_lines" if move.is_shipment else "int_refund_lines_restocked"
        for place, units in enumerate(move.units):
            row = {"order_id": ORDER_ID, "order_line_id": str(place), "quantity": units}
            if move.is_shipment:
                row |= {"shipment_id": f"odoo:{number}", "shipped_at": when, "backordered_quantity": units}
                row |= {"system": "woocommerce" if move is completed else "odoo"}
            else:
                row |= {"refund_id": f"woocommerce:{number}", "refunded_at": when}
            insert(warehouse, "intermediate", table, [row])
