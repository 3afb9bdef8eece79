"""Orders are found by what their customers say, and a SKU that staff mapped is the other one everywhere."""

from __future__ import annotations

import json

import pytest

from connections.decisions import map_sku
from portal.staff.search import find
from tests.dbt import shop
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(600)

LINE = """
    select product_id, product_id_odoo, is_unmapped from marts.order_lines where order_id = 'woocommerce:1002'
"""


@pytest.fixture(scope="module")
def built(builder: Builder) -> Builder:
    """Three orders: two of one customer, and one whose SKU Odoo does not know."""
    sql = builder.sql
    known, other = shop.product_number("TEA-1"), shop.product_number("TEA-OLD")
    shop.land(
        sql,
        "woocommerce__products",
        {str(known): shop.product(known, "TEA-1"), str(other): shop.product(other, "TEA-OLD")},
    )
    shop.land(sql, "odoo__product_product", {"11": shop.odoo_product(11, "TEA-1")})
    first = shop.order(1001, lines=[("TEA-1", 2, "19.95")], email="Zoe.ONeil@Example.com")
    second = shop.order(1002, lines=[("TEA-OLD", 1, "19.95")], email="zoe.oneil@example.com")
    third = shop.order(2001, lines=[("TEA-1", 1, "5.00")], email="jean@example.org")
    for part in ("billing", "shipping"):
        third[part] |= {"first_name": "Jean Marc", "last_name": "Côté-Tremblay", "postcode": "H2X 1Y4"}
    third["billing"]["phone"] = "+1 (514) 555-0133"
    first["shipping"] |= {
        "first_name": "Aunt", "last_name": "Agatha", "company": "Maison d'Été inc.",
        "address_1": "1 rue Nord", "city": "Toronto",
    }  # fmt: skip
    _bought(builder, "woocommerce:1001", "7023 2100 3941 4604")
    shop.land_paid(sql, first, second, third)
    builder.build("+order_search", "+order_lines")
    return builder


def _bought(builder: Builder, order_id: str, tracking_number: str) -> None:
    """A label of the order was bought."""
    payload = {"order_id": order_id, "shipment_id": f"{order_id}:1", "shipment_number": 1, "lines": []}
    builder.sql.execute(
        """
        insert into sync.writes (
            system, thing, key, hash, kind, outbound_model, payload, status, read_back, run_id
        ) values ('canadapost', 'label', %s, 'h', 'posting', 'labels', %s, 'confirmed', %s, 'r')
        """,
        [f"{order_id}:1:1", json.dumps(payload), json.dumps({"tracking_number": tracking_number})],
    )


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("1001", ["1001"]),
        ("#1001", ["1001"]),
        (" 10 01 ", ["1001"]),
        ("100", ["1002", "1001"]),
        ("zoé", ["1002", "1001"]),
        ("ZOE ONEIL", ["1002", "1001"]),
        ("O\u2019Neil", ["1002", "1001"]),
        ("zoe.oneil@example.com", ["1002", "1001"]),
        ("Cote Tremblay", ["2001"]),
        ("COTE-TREMBLAY, Jean", ["2001"]),
        ("jean marc c", ["2001"]),
        ("marc", ["2001"]),
        ("h2x1y4", ["2001"]),
        ("H2X-1Y4", ["2001"]),
        ("514 555 0133", ["2001"]),
        ("agatha", ["1001"]),
        ("maison d'ete", ["1001"]),
        ("7023210039414604", ["1001"]),
        ("702321 0039", ["1001"]),
        ("nobody", []),
        ("z", []),
        ("%", []),
        ("_001", []),
        ("' or true --", []),
    ],
)
def test_an_order_is_found(built: Builder, words: str, numbers: list[str]) -> None:
    found = [row["order_number"] for row in find(built.sql, words)]
    built.sql.commit()
    assert found == numbers


def test_the_search_uses_its_index(built: Builder) -> None:
    built.sql.execute("set enable_seqscan = off")
    plan = built.rows("explain select order_id from marts.order_search where term like 'zoe%'")
    built.sql.execute("reset enable_seqscan")
    assert "Index" in str(plan) and "~>=~" in str(plan), "the index serves what begins with the words"


@pytest.fixture(scope="module")
def changed(built: Builder) -> Builder:
    """A customer has another name, the shop no longer has TEA-1, and staff say what TEA-OLD is."""
    order = shop.order(2001, lines=[("TEA-1", 1, "5.00")], email="jean@example.org")
    for part in ("billing", "shipping"):
        order[part] |= {"first_name": "Jeanne", "last_name": "Roy"}
    shop.land_paid(built.sql, order)
    gone = shop.product_number("TEA-1")
    shop.land(built.sql, "woocommerce__products", {str(gone): shop.product(gone, "TEA-1")}, deleted=True)
    assert built.rows(LINE)[0]["is_unmapped"]
    map_sku(built.sql, "Tea-Old", "TEA-1", who="anna", why="renamed in Odoo")
    built.sql.commit()
    built.build("+order_search", "+order_lines")
    return built


def test_a_renamed_customer_is_found_by_the_new_name_only(changed: Builder) -> None:
    assert [row["order_number"] for row in find(changed.sql, "Roy Jeanne")] == ["2001"]
    assert find(changed.sql, "tremblay") == []
    changed.sql.commit()


def test_a_mapped_sku_is_odoos_until_it_is_no_longer(changed: Builder) -> None:
    (mapped,) = changed.rows(LINE)
    assert (mapped["product_id"], mapped["product_id_odoo"], mapped["is_unmapped"]) == (
        "sku:tea-1",
        11,
        False,
    )
    map_sku(changed.sql, "tea-old", None, who="anna", why="wrong")
    changed.sql.commit()
    changed.build("+order_lines")
    (line,) = changed.rows(LINE)
    assert (line["product_id"], line["product_id_odoo"], line["is_unmapped"]) == ("sku:tea-old", None, True)
