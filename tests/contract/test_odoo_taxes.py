"""Odoo 19's own sales taxes beside ours: random baskets for a customer in every province.

The Canadian chart's company has tax_calculation_rounding_method = round_globally: a tax is computed on the
sum of what the lines cost, and rounded once, half a cent up; that is our own rule. Had it round_per_line,
each line's tax would be rounded and then summed, as WooCommerce does: 3 x 3.33 at 13 % were 1.29, not 1.30.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.contract.odoo_client import Json2
from tests.dbt import tax_oracle
from tests.dbt.tax_oracle import half_up

PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
TODAY = date(2026, 11, 24)
BASKETS = 12  # of each province
Goods = list[tuple[int, int, int]]  # quantity, cents, discount in per cent


@pytest.fixture(scope="module")
def goods(odoo: Json2) -> int:
    """A product with the taxes that Odoo gives a new one: those of the company's province."""
    return odoo.make("product.product", name=f"Taxed {odoo.tag}", type="consu", list_price=1.0)


@pytest.fixture(scope="module")
def customers(odoo: Json2) -> dict[str, int]:
    """One in every province."""
    states = odoo.find("res.country.state", [["country_id.code", "=", "CA"]], "code", "country_id")
    return {
        state["code"]: odoo.make(
            "res.partner",
            name=f"{state['code']} {odoo.tag}",
            state_id=state["id"],
            country_id=state["country_id"],
        )
        for state in states
        if state["code"] in PROVINCES
    }


def test_the_company_rounds_once_on_the_sum(odoo: Json2, goods: int, customers: dict[str, int]) -> None:
    method = "tax_calculation_rounding_method"
    if method in odoo.call("res.company", "fields_get", attributes=["type"]):
        [company] = odoo.find("res.company", [["id", "=", 1]], method)
        assert company[method] == "round_globally"
    assert _taxes(odoo, _sold(odoo, goods, customers["ON"], [(1, 333, 0)] * 3)) == 130
    assert _taxes(odoo, _sold(odoo, goods, customers["QC"], [(1, 14_000, 0)])) == 700 + 1397


def test_random_baskets_in_every_province(odoo: Json2, goods: int, customers: dict[str, int]) -> None:
    assert set(customers) == set(PROVINCES)
    chance = random.Random(20261124)
    found: list[tuple[str, Goods, int]] = []
    for province in PROVINCES:
        for _ in range(BASKETS):
            basket = [
                (chance.randint(1, 9), chance.choice((chance.randint(1, 999), chance.randint(1, 50_000))),
                 chance.choice((0, 0, 0, 10, 15, 33)))
                for _ in range(chance.randint(1, 8))
            ]  # fmt: skip
            found.append((province, basket, _sold(odoo, goods, customers[province], basket)))
    orders = {
        row["id"]: row
        for row in odoo.find(
            "sale.order", [["id", "in", [each[2] for each in found]]], "amount_untaxed", "amount_tax"
        )
    }
    differences: Counter[int] = Counter()
    for province, basket, order in found:
        exact = [Fraction(quantity * cents * (100 - off), 100) for quantity, cents, off in basket]
        rates = tax_oracle.rates(province, TODAY).values()
        theirs = _cents(orders[order]["amount_tax"])
        assert theirs == sum(half_up(rate * sum(exact)) for rate in rates), (province, basket)
        # Ours starts from lines in whole cents, as an order shows them: half a cent a line may be between.
        ours = sum(half_up(rate * sum(half_up(line) for line in exact)) for rate in rates)
        assert abs(ours - theirs) <= 1 + len(basket) // 10, (province, basket)
        differences[ours - theirs] += 1
        if not any(off for _, _, off in basket):
            assert ours == theirs and _cents(orders[order]["amount_untaxed"]) == sum(exact)
    print(
        f"{len(found)} baskets in {len(customers)} provinces: Odoo's tax is the exact one in all; "
        f"ours less Odoo's, in cents: {dict(sorted(differences.items()))}"
    )


def test_the_taxes_of_an_order_by_tax(odoo: Json2, goods: int, customers: dict[str, int]) -> None:
    """Each line names the taxes of its province, and every one has the rate of our table."""
    for province, partner in customers.items():
        order = _sold(odoo, goods, partner, [(1, 10_000, 0)])
        [line] = odoo.find("sale.order.line", [["order_id", "=", order]], "tax_ids")
        names = _single(odoo, line["tax_ids"])
        rates = tax_oracle.rates(province, TODAY)
        assert sorted(Fraction(str(percent)) / 100 for percent in names.values()) == sorted(rates.values()), (
            province
        )
        called = {"PST" if tax == "RST" else tax for tax in rates}
        assert {tax for tax in called if any(tax in name for name in names)} == called, (province, names)


def _single(odoo: Json2, tax_ids: list[int]) -> dict[str, float]:
    found: dict[str, float] = {}
    for tax in odoo.find(
        "account.tax", [["id", "in", tax_ids]], "name", "amount", "amount_type", "children_tax_ids"
    ):
        if tax["amount_type"] == "group":
            found |= _single(odoo, tax["children_tax_ids"])
        else:
            found[tax["name"]] = tax["amount"]
    return found


def _sold(odoo: Json2, goods: int, partner: int, basket: Goods) -> int:
    lines: list[Any] = [
        [0, 0, {"product_id": goods, "product_uom_qty": quantity, "price_unit": cents / 100, "discount": off}]
        for quantity, cents, off in basket
    ]
    return odoo.make("sale.order", partner_id=partner, client_order_ref=odoo.tag, order_line=lines)


def _taxes(odoo: Json2, order: int) -> int:
    return _cents(odoo.one("sale.order", order, "amount_tax")["amount_tax"])


def _cents(amount: float) -> int:
    return round(amount * 100)
