{{ config(
    unique_key="order_id",
    meta={"changed": "int_woocommerce_orders_changed"},
    indexes=[
        {"columns": ["order_tax_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with order_taxes as (

    select * from {{ ref("stg_woocommerce__order_taxes") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

orders as (

    select
        order_id,
        delivery_province
    from {{ ref("stg_woocommerce__orders") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

-- The shop's rate code is country, province, name and priority ('CA-ON-HST-1'); the name is whatever the owner typed.
named as (

    select
        order_taxes.*,
        coalesce(substring(order_taxes.rate_code from '^CA-([A-Z]{2})-'), orders.delivery_province) as province,
        upper(
            coalesce(substring(order_taxes.rate_code from '^[A-Z]{2}-[A-Z]{2}-(.+)-[0-9]+$'), order_taxes.label)
        ) as tax_name
    from order_taxes
    left join orders on order_taxes.order_id = orders.order_id

),

shaped as (

    select
        order_tax_id,
        order_id,
        case
            when tax_name ~ '\m(HST|TVH)\M' then 'HST'
            when tax_name ~ '\m(QST|TVQ)\M' then 'QST'
            when tax_name ~ '\m(GST|TPS)\M' then 'GST'
            when tax_name ~ '\m(PST|RST|TVP|TVD)\M' then case when province = 'MB' then 'RST' else 'PST' end
            else coalesce(tax_name, 'UNKNOWN')
        end as tax,
        province,
        coalesce(rate_code, label) as tax_code_source,
        tax_rate_id_woocommerce,
        tax_rate,
        taxable_amount,
        goods_tax_amount,
        shipping_tax_amount,
        goods_tax_amount + shipping_tax_amount as tax_amount,
        taxed_parts,
        problems,
        {{ var("build_id") }}::bigint as build_id
    from named

)

select * from shaped
