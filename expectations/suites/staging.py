"""Staging: each record once, and plausible.

A record that cannot be read in full is in quarantine already, which keeps back what rests on it; so here
it is a warning, and only a key that is missing or doubled is critical.
"""

from expectations.rules import (
    Rule,
    Suite,
    between,
    length,
    matches,
    never,
    never_null,
    not_after_tomorrow,
    unique,
)

_CURRENCY = matches("currency", "^[A-Z]{3}$", says="currency is a code of three letters", severity="warning")


def _staging(model: str, key: str, *rules: Rule, holds: str | None = None) -> Suite:
    return Suite(
        model=model,
        layer="staging",
        key=(key,),
        holds=holds,
        rules=(
            *never_null(key, "version"),
            unique(key),
            never("the record could be read in full", "cardinality(problems) > 0", severity="warning"),
            *rules,
        ),
    )


def _amount(column: str, high: int = 100_000) -> Rule:
    return between(column, 0, high, severity="warning")


SUITES: tuple[Suite, ...] = (
    _staging(
        "stg_woocommerce__orders",
        "order_id",
        _CURRENCY,
        _amount("total_amount"),
        not_after_tomorrow("created_at"),
        not_after_tomorrow("paid_at"),
        length("customer_name", 500),
        length("email", 320),
        holds="order_id",
    ),
    _staging(
        "stg_woocommerce__order_lines",
        "order_line_id",
        between("quantity", 0, 10_000, severity="warning"),
        _amount("total_amount"),
        length("description", 1_000),
        holds="order_id",
    ),
    _staging(
        "stg_woocommerce__order_taxes",
        "order_tax_id",
        between("tax_rate", 0, 0.20, severity="warning"),
        holds="order_id",
    ),
    _staging("stg_woocommerce__refunds", "refund_id", _amount("amount"), holds="order_id"),
    _staging("stg_woocommerce__refund_taxes", "refund_tax_id", holds="order_id"),
    _staging("stg_woocommerce__refund_fee_lines", "refund_fee_line_id", holds="order_id"),
    _staging(
        "stg_woocommerce__products",
        "product_key",
        _amount("price"),
        between("stock_quantity", 0, 1_000_000, severity="warning"),
        holds="product_id_woocommerce",
    ),
    _staging(
        "stg_woocommerce__product_variations",
        "variation_key",
        _amount("price"),
        between("stock_quantity", 0, 1_000_000, severity="warning"),
        holds="variation_id_woocommerce",
    ),
    _staging("stg_woocommerce__customers", "customer_key", length("email", 320)),
    _staging("stg_woocommerce__taxes", "tax_rate_key", between("tax_rate", 0, 0.20, severity="warning")),
    _staging(
        "stg_stripe__charges",
        "charge_id_stripe",
        _CURRENCY,
        _amount("amount"),
        never("no more is refunded than charged", "refunded_amount > amount", severity="warning"),
        not_after_tomorrow("created_at"),
    ),
    _staging(
        "stg_stripe__balance_transactions",
        "balance_transaction_id_stripe",
        _CURRENCY,
        never("net is amount less fee", "net_amount <> amount - fee_amount", severity="warning"),
        never(
            "the fee of a charge is at most a tenth of it and a dollar",
            "transaction_type = 'charge' and fee_amount > amount * 0.1 + 1",
            severity="warning",
        ),
    ),
    _staging("stg_stripe__refunds", "refund_id_stripe", _CURRENCY, _amount("amount")),
    _staging("stg_stripe__payouts", "payout_id_stripe", _CURRENCY),
    _staging("stg_stripe__disputes", "dispute_id_stripe", _CURRENCY, _amount("amount")),
    _staging(
        "stg_odoo__product_product",
        "record_key",
        _amount("list_price_amount"),
        length("product_name", 1_000),
        holds="product_id_odoo",
    ),
    _staging(
        "stg_odoo__stock_quant",
        "quant_key",
        between("on_hand_quantity", 0, 1_000_000, severity="warning"),
        between("reserved_quantity", 0, 1_000_000, severity="warning"),
        holds="product_id_odoo",
    ),
    _staging(
        "stg_odoo__sale_order",
        "order_id",
        _amount("total_amount", 1_000_000),
        not_after_tomorrow("ordered_at"),
    ),
    _staging("stg_odoo__pos_order", "order_id", not_after_tomorrow("ordered_at")),
    _staging(
        "stg_odoo__purchase_order_line",
        "record_key",
        between("ordered_quantity", 0, 1_000_000, severity="warning"),
    ),
    _staging("stg_odoo__account_move", "ledger_entry_id"),
    _staging(
        "stg_odoo__account_move_line",
        "ledger_line_id",
        between("debit_amount", 0, severity="warning"),
        between("credit_amount", 0, severity="warning"),
    ),
)
