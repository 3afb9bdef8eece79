{{ config(
    unique_key="refund_id",
    meta={"changed": "int_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with refunds as (

    select * from {{ ref("int_refunds_unioned") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}

)

select
    refund_id,
    order_id,
    system,
    currency,
    amount,
    goods_amount,
    shipping_amount,
    fee_amount,
    tax_amount,
    unallocated_amount,
    reason,
    is_paid_back,
    is_deleted,
    refunded_at,
    refund_date,
    {{ var("build_id") }}::bigint as build_id
from refunds
