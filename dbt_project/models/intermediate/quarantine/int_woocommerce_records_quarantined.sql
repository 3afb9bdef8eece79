{{ config(materialized="view") }}

-- Orders are not here: int_orders_checked names what is wrong with one, its lines included.
{{ quarantine_unreadable("stg_woocommerce__refunds", "refund", "refund_id", "WooCommerce", order_id="order_id") }}
union all
{{ quarantine_unreadable("stg_woocommerce__refund_lines", "refund_line", "refund_line_id", "WooCommerce", order_id="order_id") }}
union all
{{ quarantine_unreadable("stg_woocommerce__refund_taxes", "refund_tax", "refund_tax_id", "WooCommerce", order_id="order_id") }}
union all
{{ quarantine_unreadable(
    "stg_woocommerce__refund_fee_lines", "refund_fee_line", "refund_fee_line_id", "WooCommerce", order_id="order_id"
) }}
union all
{{ quarantine_unreadable("stg_woocommerce__products", "product", "product_key", "WooCommerce") }}
union all
{{ quarantine_unreadable("stg_woocommerce__product_variations", "product_variation", "variation_key", "WooCommerce") }}
union all
{{ quarantine_unreadable("stg_woocommerce__customers", "customer", "customer_key", "WooCommerce") }}
union all
{{ quarantine_unreadable("stg_woocommerce__taxes", "tax_rate", "tax_rate_key", "WooCommerce") }}
