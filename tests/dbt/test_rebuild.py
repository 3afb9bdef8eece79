"""The same tables whether built step by step or from nothing, whatever happened in between."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.dbt import books, shop
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(600)


def test_incremental_builds_equal_a_rebuild(builder: Builder) -> None:
    sql = builder.sql
    orders = {
        number: shop.order(
            number, province=province, method=method, fee=fee, discount=discount, status=status
        )
        for number, (province, method, fee, discount, status) in enumerate(
            [
                ("ON", "stripe", None, "0.00", "processing"),
                ("QC", "stripe", "3.00", "1.00", "completed"),
                ("NS", "cod", None, "0.00", "completed"),
                ("BC", "stripe", None, "0.00", "processing"),
                ("AB", "cheque", None, "2.50", "processing"),
                ("ON", "cod", None, "0.00", "pending"),
                ("ON", "stripe", None, "0.00", "processing"),
                ("QC", "stripe", None, "0.00", "refunded"),
            ],
            start=1,
        )
    }
    _land_products(builder, "TEA-1", "POT-1")
    shop.land_paid(sql, *orders.values())
    builder.build()
    before = builder.contents()
    assert len(before["marts.orders"]) == 8
    builder.build()
    assert builder.contents() == before, "nothing new, nothing changed"

    # orders change, lose lines, are trashed and deleted; a refund comes and one goes
    orders[1]["line_items"].pop()
    orders[2] = shop.order(2, province="QC", lines=[("TEA-1", 1, "5.00")], status="completed")
    shop.land_paid(sql, orders[2])
    shop.land(sql, "woocommerce__orders", {"1": orders[1], "3": orders[3] | {"status": "trash"}})
    shop.land(sql, "woocommerce__orders", {"6": orders[6]}, deleted=True)
    refunds = {str(number): shop.refund(number, orders[8], line=number - 901) for number in (901, 902)}
    shop.land(sql, "woocommerce__refunds", refunds)
    builder.build()
    shop.land(sql, "woocommerce__refunds", {"902": refunds["902"]}, deleted=True)

    # a charge turns out to be another order's, one comes before its fee, one before its order
    moved = shop.charge(orders[4]) | {"metadata": {"order_id": "7"}, "payment_intent": "pi_x"}
    shop.land(sql, "stripe__charges", {moved["id"]: moved})
    shop.land(sql, "woocommerce__orders", {"4": orders[4] | {"transaction_id": "", "meta_data": []}})
    late = shop.order(9)
    early = shop.order(10)
    shop.land(sql, "woocommerce__orders", {"9": late})
    for each in (late, early):
        shop.land(sql, "stripe__charges", {f"ch_{each['id']}": shop.charge(each)})
    builder.build(succeeds=False)
    shop.land(sql, "stripe__balance_transactions", {"txn_9": shop.balance_transaction(shop.charge(late))})
    shop.land_paid(sql, early)
    paid_out = {"po_1:txn_9": {"payout": "po_1", "balance_transaction": "txn_9"}}
    shop.land(sql, "stripe__payout_balance_transactions", paid_out)

    # a product loses its match, another gains one; an account is taken away, another is given
    shop.land(sql, "odoo__product_product", {"1": shop.odoo_product(1, "TEA-ONE")})
    sql.execute("delete from settings.accounts where role = 'tax.QST'")
    sql.execute("insert into settings.accounts values ('tax.HST.ON', '231301')")
    builder.build()
    sql.execute("insert into settings.accounts values ('tax.QST', '231499')")
    sql.execute("update settings.business set time_zone = 'America/St_Johns'")
    shop.land(sql, "odoo__product_product", {"1": shop.odoo_product(1, "tea-1 ")})
    books.post(builder, "woocommerce_order_9")
    builder.build()

    built_in_steps = builder.contents()
    builder.build(full_refresh=True)
    rebuilt = builder.contents()
    assert built_in_steps.keys() == rebuilt.keys()
    for relation, content in rebuilt.items():
        assert built_in_steps[relation] == content, relation
    _is_as_told(builder)
    builder.check()


def test_the_models_pass_their_unit_tests(builder: Builder) -> None:
    """After the builds above: a unit test reads the columns of the tables that it stands in for."""
    assert builder.unit_test() >= 20


def _is_as_told(builder: Builder) -> None:
    """What the story above must have led to."""
    orders = {
        row["order_id"].removeprefix("woocommerce:"): row
        for row in builder.rows("select * from marts.orders where channel = 'web'")
    }
    assert len(orders) == 10
    assert orders["1"]["line_count"] == 1 and orders["1"]["is_quarantined"], "its lines no longer add up"
    assert orders["2"]["line_count"] == 1 and orders["2"]["total_amount"] == Decimal("19.55")
    assert orders["3"]["status"] == "trashed" and orders["6"]["is_deleted"]
    assert orders["4"]["paid_amount"] == 0 and orders["4"]["ledger_wait_reason"] == "no Stripe charge yet"
    assert orders["7"]["payment_count"] == 2 and orders["7"]["is_quarantined"], "charged twice"
    assert orders["8"]["refunded_amount"] == Decimal("22.94"), "the deleted refund does not count"
    assert orders["9"]["is_ledger_due"] and orders["10"]["is_ledger_due"]
    [paid_out] = builder.rows("select * from marts.payments where payment_id = 'stripe:ch_9'")
    assert paid_out["payout_id_stripe"] == "po_1"
    proofs = {row["order_id"]: row for row in builder.rows("select * from marts.reconciliation_orders")}
    assert (proofs["woocommerce:9"]["state"], proofs["woocommerce:9"]["difference"]) == ("agrees", 0)
    assert proofs["woocommerce:10"]["state"] == "not posted yet"
    accounts = builder.rows(
        "select distinct account_code as code from marts.ledger_lines_due where role like 'tax.%%'"
    )
    assert {"231301", "231499"} <= {row["code"] for row in accounts}
    assert builder.rows("select * from marts.reconciliation_counts where difference <> 0") == []


def _land_products(builder: Builder, *skus: str) -> None:
    for number, sku in enumerate(skus, start=1):
        product_id = shop.product_number(sku)
        shop.land(builder.sql, "woocommerce__products", {str(product_id): shop.product(product_id, sku)})
        shop.land(builder.sql, "odoo__product_product", {str(number): shop.odoo_product(number, sku)})
