"""Odoo's own traps: late commits, archived rows, split quants, shared fields, deletions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.odoo import Odoo
from extractors import odoo
from sandbox import World


@pytest.fixture
def erp() -> Iterator[World]:
    with sandbox.serve(orders=60, systems=("odoo",)) as world:
        yield world


@pytest.fixture
def client(erp: World, connection_to: Any) -> Iterator[Odoo]:
    with Odoo(connection_to(erp, "odoo")) as opened:
        yield opened


def test_a_transaction_that_commits_behind_the_cursor(
    erp: World, lands: Any, everything: Any, warehouse: Connection, client: Odoo
) -> None:
    stand_in: Any = erp.stand_ins["odoo"]
    stand_in.commit_late(2.0)
    partner = client.write("res.partner", "create", vals_list=[{"name": "Late"}])[0]
    time.sleep(0.1)
    lands(erp, "odoo")
    time.sleep(2.5)
    lands(erp, "odoo")
    assert everything(warehouse, "odoo")["res_partner"][str(partner)]["name"] == "Late"


def test_archived_records_are_read_and_come_back(
    erp: World, lands: Any, everything: Any, warehouse: Connection, client: Odoo
) -> None:
    product = client.search_read("product.product", [], ["id"], limit=1)[0]["id"]
    client.write("product.product", "write", ids=[product], vals={"active": False})
    lands(erp, "odoo")
    assert everything(warehouse, "odoo")["product_product"][str(product)]["active"] is False
    client.write("product.product", "write", ids=[product], vals={"active": True})
    lands(erp, "odoo")
    assert everything(warehouse, "odoo")["product_product"][str(product)]["active"] is True


def test_pages_cut_by_id_lose_nothing_when_records_vanish_meanwhile(
    erp: World,
    lands: Any,
    everything: Any,
    warehouse: Connection,
    client: Odoo,
    meddle: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(odoo, "PER_PAGE", 5)
    made = client.write("res.partner", "create", vals_list=[{"name": f"P{number}"} for number in range(30)])
    # the server's time, then the pages of currencies, states, partners
    meddle(14, lambda: client.write("res.partner", "unlink", ids=made[:3]))
    lands(erp, "odoo")
    landed = everything(warehouse, "odoo")["res_partner"]
    assert {str(id_) for id_ in made[3:]} <= landed.keys()
    census = lands(erp, "odoo", census=True)
    gone = {str(id_) for id_ in made[:3]} & landed.keys()
    assert census["res_partner"].counts.deleted == len(gone)


def test_stock_is_summed_and_follows_each_sale(
    erp: World, lands: Any, everything: Any, warehouse: Connection
) -> None:
    lands(erp, "odoo")
    before = everything(warehouse, "odoo")["stock_quant"]
    erp.trade_hour()
    lands(erp, "odoo")
    after = everything(warehouse, "odoo")["stock_quant"]
    products = everything(warehouse, "odoo")["product_product"]
    assert before != after
    quants = erp.truth["odoo"]["stock"]
    landed: dict[str, float] = {}
    for quant in after.values():
        sku = products[str(quant["product_id"])]["default_code"]
        landed[sku] = landed.get(sku, 0) + quant["quantity"]
    assert landed == {sku: quantity for sku, quantity in quants.items() if sku in landed}


def test_a_template_that_changes_brings_its_products(
    erp: World, lands: Any, everything: Any, warehouse: Connection, client: Odoo
) -> None:
    lands(erp, "odoo")
    (product,) = client.search_read("product.product", [], ["id", "product_tmpl_id"], limit=1)
    client.write("product.template", "write", ids=[product["product_tmpl_id"]], vals={"name": "Renamed"})
    lands(erp, "odoo")
    assert everything(warehouse, "odoo")["product_product"][str(product["id"])]["name"] == "Renamed"
