{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every refund of an order in the order of time, the shop's and those that only Stripe knows.
with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

listed as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.system,
        refunds.amount,
        refunds.reason,
        refunds.is_paid_back,
        refunds.refunded_at,
        refunds.refund_date
    from {{ ref("int_refunds_unioned") }} as refunds
    where refunds.order_id in (select orders.order_id from orders) and not refunds.is_deleted and refunds.amount is not null

    union all

    select
        matched.refund_id,
        matched.order_id,
        'stripe' as system,
        matched.amount,
        stripe_refunds.reason,
        true as is_paid_back,
        matched.created_at as refunded_at,
        (matched.created_at at time zone business.time_zone)::date as refund_date
    from {{ ref("int_stripe_refunds_matched") }} as matched
    inner join {{ ref("stg_stripe__refunds") }} as stripe_refunds on matched.refund_id_stripe = stripe_refunds.refund_id_stripe
    left join business on true
    where matched.order_id in (select orders.order_id from orders) and matched.refund_id like 'stripe:%'

),

numbered as (

    select
        *,
        row_number() over (partition by order_id order by refunded_at, length(refund_id), refund_id)::integer as refund_number,
        coalesce(
            sum(amount) over (
                partition by order_id order by refunded_at, length(refund_id), refund_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as refunded_before_amount
    from listed

)

select
    numbered.refund_id,
    numbered.order_id,
    numbered.refund_number,
    numbered.system,
    orders.currency,
    numbered.amount,
    numbered.refunded_before_amount,
    numbered.reason,
    numbered.is_paid_back,
    numbered.refunded_at,
    numbered.refund_date,
    {{ var("build_id") }}::bigint as build_id
from numbered
inner join orders on numbered.order_id = orders.order_id
