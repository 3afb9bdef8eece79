"""What the ledger looks up in Odoo: exchange rates, product costs, bank lines, countries, lock dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder, Row

pytestmark = pytest.mark.timeout(600)

MODELS = (
    "+int_currency_rates",
    "+int_product_costs",
    "+int_odoo_partners_placed",
    "stg_odoo__account_bank_statement_line",
    "stg_odoo__purchase_order_line",
)
COMPANY = {
    "id": 1,
    "name": "Maple",
    "currency_id": 3,
    "country_id": 38,
    "fiscalyear_lock_date": "2026-09-30",
    "tax_lock_date": False,
    "sale_lock_date": False,
    "purchase_lock_date": False,
    "hard_lock_date": False,
}
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


def _rate(rate_id: int, day: str, rate: float, *, currency: int = 1, company: int | bool = 1) -> Row:
    return {"id": rate_id, "name": day, "rate": rate, "currency_id": currency, "company_id": company}


def _land(builder: Builder, model: str, *payloads: Row) -> None:
    shop.land(builder.sql, f"odoo__{model}", {str(each["id"]): each for each in payloads})


def _cost(
    builder: Builder, cost: float | bool, written: datetime, read: datetime, name: str = "TEA-1"
) -> None:
    """The product's new state lands; what stood there becomes history, as in connections/landing.py."""
    builder.sql.execute(
        "insert into raw.odoo__product_product__history"
        " (key, payload, payload_hash, changed_at, extracted_at, run_id, deleted_at, version)"
        " select key, payload, payload_hash, changed_at, extracted_at, run_id, deleted_at, version"
        " from raw.odoo__product_product where key = '11'"
    )
    payload = {**shop.odoo_product(11, "TEA-1"), "standard_price": cost, "name": name}
    shop.land(builder.sql, "odoo__product_product", {"11": payload}, extracted_at=read)
    builder.sql.execute("update raw.odoo__product_product set changed_at = %s where key = '11'", [written])
    builder.sql.commit()


def _costs(builder: Builder) -> list[tuple[str, Any, Decimal]]:
    found = builder.rows(
        "select valid_from::text, valid_to, cost_amount from intermediate.int_product_costs"
        " where product_id_odoo = 11 order by int_product_costs.valid_from"
    )
    return [(row["valid_from"], row["valid_to"], row["cost_amount"]) for row in found]


@pytest.fixture(scope="module")
def masters(builder: Builder) -> Builder:
    """One company with a currency table, one bank line, two partners; built twice."""
    _land(builder, "res_company", COMPANY)
    _land(
        builder,
        "res_currency",
        {"id": 3, "name": "CAD", "active": True},
        {"id": 1, "name": "USD", "active": True},
        {"id": 5, "name": "EUR", "active": True},
    )
    _land(
        builder,
        "res_country",
        {"id": 38, "code": "CA", "name": "Canada"},
        {"id": 233, "code": "US", "name": "United States"},
    )
    _land(builder, "res_country_state", {"id": 538, "code": "ON", "name": "Ontario", "country_id": 38})
    _land(
        builder,
        "res_partner",
        backoffice.partner(1, "a@shop.example"),
        {**backoffice.partner(2, "b@shop.example"), "state_id": False, "country_id": 233},
        {**backoffice.partner(3, "c@shop.example"), "country_id": False},
        {**backoffice.partner(4, "d@shop.example"), "state_id": False, "country_id": False},
    )
    _land(
        builder,
        "res_currency_rate",
        _rate(1, "2026-11-02", 1 / 1.3712),
        _rate(2, "2026-11-09", 1 / 1.3655, company=False),
        _rate(3, "2026-11-09", 1 / 1.38),
        _rate(4, "2026-11-16", 1 / 1.5, company=2),
        _rate(5, "2026-11-02", 0.0, currency=5),
    )
    _land(
        builder,
        "account_bank_statement_line",
        {
            "id": 1, "date": "2026-11-18", "amount": -15.005, "payment_ref": "MONTHLY FEE", "journal_id": 6,
            "move_id": 378, "is_reconciled": False, "currency_id": 3, "partner_id": False,
            "create_date": "2026-11-18 14:00:00", "write_date": "2026-11-18 14:00:00",
        },
    )  # fmt: skip
    _land(
        builder,
        "purchase_order_line",
        backoffice.purchase_line(1, 12.0, 6.0),
        {**backoffice.purchase_line(2, 2.0, 1.0), "product_uom_qty": 12.0},
        {**backoffice.purchase_line(3, 0.0, 0.0), "product_uom_qty": 0.0},
    )
    _cost(builder, 3.25, NOON, NOON + timedelta(minutes=30))
    builder.build(*MODELS)
    return builder


def test_a_rate_is_the_books_currency_per_unit_until_the_next(masters: Builder) -> None:
    found = masters.rows("select * from intermediate.int_currency_rates order by valid_from")
    assert [(row["currency"], row["valid_from"], row["valid_to"], row["rate"]) for row in found] == [
        ("USD", date(2026, 11, 2), date(2026, 11, 9), Decimal("1.3712")),
        ("USD", date(2026, 11, 9), None, Decimal("1.38")),  # the company's own before the shared one
    ]


def test_a_bank_line_and_the_lock_dates_are_staged(masters: Builder) -> None:
    [line] = masters.rows("select * from staging.stg_odoo__account_bank_statement_line")
    assert (line["line_date"], line["amount"], line["bank_text"]) == (
        date(2026, 11, 18), Decimal("-15.01"), "MONTHLY FEE",
    )  # fmt: skip
    assert (line["account_move_id"], line["is_reconciled"], line["problems"]) == (378, False, [])
    [company] = masters.rows("select * from staging.stg_odoo__res_company")
    assert company["fiscalyear_lock_date"] == date(2026, 9, 30) and company["hard_lock_date"] is None


def test_a_partner_is_in_its_own_country(masters: Builder) -> None:
    found = masters.rows(
        "select partner_id, province, country from intermediate.int_odoo_partners_placed order by partner_id"
    )
    assert [(row["province"], row["country"]) for row in found] == [
        ("ON", "CA"), (None, "US"), ("ON", "CA"), (None, None),
    ]  # fmt: skip


def test_what_is_bought_by_the_pack_is_counted_by_the_piece(masters: Builder) -> None:
    found = masters.rows(
        "select ordered_quantity, received_quantity from staging.stg_odoo__purchase_order_line"
        " order by record_key"
    )
    assert [tuple(row.values()) for row in found] == [(12, 6), (12, 6), (0, 0)]


def test_a_cost_holds_until_it_changes(masters: Builder) -> None:
    first = ("-infinity", None, Decimal("3.25"))
    assert _costs(masters) == [first]

    renamed = NOON + timedelta(hours=1)
    _cost(masters, 3.25, renamed, renamed, name="Renamed")
    dearer = NOON + timedelta(hours=2)
    _cost(masters, 3.5, dearer, dearer + timedelta(minutes=40))
    # the date of writing did not move on with the cost: from when it was read
    seen = NOON + timedelta(hours=5)
    _cost(masters, 4.0, dearer, seen)
    _cost(masters, False, seen + timedelta(hours=1), seen + timedelta(hours=1))
    masters.build(*MODELS)
    expected = [
        ("-infinity", dearer, Decimal("3.25")),
        (str(dearer).replace("+00:00", "+00"), seen, Decimal("3.5")),
        (str(seen).replace("+00:00", "+00"), None, Decimal("4")),
    ]
    assert _costs(masters) == expected

    later = NOON + timedelta(days=1)
    _cost(masters, 4.5, later, later)
    masters.build(*MODELS)
    by_hours = _costs(masters)
    assert by_hours[:2] == expected[:2] and by_hours[2][1] == later and len(by_hours) == 4
    states = "select product_cost_id, cost_amount, changed_at from staging.stg_odoo__product_costs order by 1"
    staged = masters.rows(states)
    masters.build(*MODELS, full_refresh=True)
    assert _costs(masters) == by_hours and masters.rows(states) == staged
