{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["product_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    order_line_id,
    order_id,
    line_number,
    product_id,
    product_id_woocommerce,
    variation_id_woocommerce,
    product_id_odoo,
    sku,
    description,
    quantity,
    unit_price,
    subtotal_amount,
    discount_amount,
    total_amount,
    tax_amount,
    refunded_quantity,
    stock_reduced_quantity,
    is_unmapped,
    {{ var("build_id") }}::bigint as build_id
from order_lines
