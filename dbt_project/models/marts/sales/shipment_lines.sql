{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["shipment_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["shipment_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with lines as (

    select * from {{ ref("int_shipment_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

)

select
    lines.shipment_line_id,
    lines.shipment_id,
    lines.order_id,
    lines.order_line_id,
    lines.product_id,
    lines.product_id_odoo,
    lines.quantity,
    lines.goods_amount,
    lines.tax_amount,
    lines.shipped_at,
    (lines.shipped_at at time zone business.time_zone)::date as shipped_date,
    {{ var("build_id") }}::bigint as build_id
from lines
left join business on true
