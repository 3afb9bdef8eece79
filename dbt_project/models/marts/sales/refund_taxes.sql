{{ config(
    unique_key="refund_id",
    meta={"changed": "int_refunds_changed"},
    indexes=[
        {"columns": ["refund_tax_id"], "unique": true},
        {"columns": ["refund_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Tax given back, at the rates that were charged.
with parts as (

    select * from {{ ref("int_refund_parts") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}
    and part = 'tax'
    and amount <> 0

)

select
    refund_id || ':' || part_number as refund_tax_id,
    refund_id,
    order_id,
    tax,
    province,
    amount,
    {{ var("build_id") }}::bigint as build_id
from parts
