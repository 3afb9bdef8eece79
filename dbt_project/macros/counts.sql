{#- The resources whose records are counted from raw to staging (stg_sync__record_counts, reconciliation_counts). -#}
{% macro counted_resources() %}
    {% do return({
        "woocommerce": ["orders", "refunds", "products", "product_variations", "customers", "taxes", "tax_classes"],
        "stripe": [
            "charges",
            "payment_intents",
            "refunds",
            "balance_transactions",
            "payouts",
            "payout_balance_transactions",
            "disputes",
        ],
        "odoo": [
            "product_product",
            "res_partner",
            "stock_quant",
            "sale_order",
            "sale_order_line",
            "pos_order",
            "pos_order_line",
            "pos_payment",
            "account_move",
            "account_move_line",
        ],
        "mail": ["bounces"],
        "portal": ["answers"],
        "canadapost": ["tracking"],
        "files": ["bank_statement_lines", "postage", "imports"],
    }) %}
{% endmacro %}
