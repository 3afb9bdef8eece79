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

    select * from {{ ref("stg_woocommerce__refunds") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}

),

refund_lines as (

    select * from {{ ref("stg_woocommerce__refund_lines") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}

),

orders as (

    select * from {{ ref("stg_woocommerce__orders") }}
    where order_id in (select refunds.order_id from refunds)

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

line_sums as (

    select
        refund_id,
        sum(total_amount) as goods_amount
    from refund_lines
    group by refund_id

),

joined as (

    select
        refunds.refund_id,
        refunds.order_id,
        'woocommerce' as system,
        orders.currency,
        refunds.amount,
        coalesce(line_sums.goods_amount, 0) as goods_amount,
        refunds.shipping_amount,
        refunds.fee_amount,
        refunds.tax_amount,
        -- A refund of an amount only has no lines and no tax: what it is for is not said.
        refunds.amount - coalesce(line_sums.goods_amount, 0) - refunds.shipping_amount - refunds.fee_amount
        - refunds.tax_amount as unallocated_amount,
        refunds.reason,
        refunds.is_paid_back,
        refunds.refunded_at,
        (refunds.refunded_at at time zone business.time_zone)::date as refund_date,
        refunds.is_deleted,
        refunds.problems,
        {{ var("build_id") }}::bigint as build_id
    from refunds
    left join line_sums on refunds.refund_id = line_sums.refund_id
    left join orders on refunds.order_id = orders.order_id
    left join business on true

)

select * from joined
