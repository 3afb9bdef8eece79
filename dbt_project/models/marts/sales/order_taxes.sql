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

    select * from {{ ref("int_order_taxes_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

tax_checks as (

    select * from {{ ref("int_order_taxes_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    order_taxes.order_tax_id,
    order_taxes.order_id,
    order_taxes.tax,
    order_taxes.province,
    order_taxes.tax_code_source,
    order_taxes.tax_rate,
    tax_checks.rate_in_force,
    order_taxes.taxable_amount,
    order_taxes.goods_tax_amount,
    order_taxes.shipping_tax_amount,
    order_taxes.tax_amount,
    tax_checks.tax_check_id,
    coalesce(tax_checks.state, 'agrees') <> 'unknown' as is_known,
    coalesce(tax_checks.state, 'agrees') in ('agrees', 'within_cap') as is_as_expected,
    {{ var("build_id") }}::bigint as build_id
from order_taxes
-- GST in a province of the HST was checked as what is left of it.
left join tax_checks
    on
        order_taxes.order_id = tax_checks.order_id
        and order_taxes.province is not distinct from tax_checks.province
        and (order_taxes.tax = tax_checks.tax or (order_taxes.tax = 'GST' and tax_checks.tax = 'HST'))
