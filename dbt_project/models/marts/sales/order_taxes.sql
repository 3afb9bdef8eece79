{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_tax_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with order_taxes as (

    select * from {{ ref("int_order_taxes_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    order_tax_id,
    order_id,
    tax,
    province,
    tax_code_source,
    tax_rate,
    rate_in_force,
    taxable_amount,
    goods_tax_amount,
    shipping_tax_amount,
    tax_amount,
    expected_tax_amount,
    is_known,
    is_as_expected,
    {{ var("build_id") }}::bigint as build_id
from order_taxes
