{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["refund_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["refund_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Which refund of the shop a refund in Stripe pays. In this order: the shop names it; it names the shop's in its metadata;
-- the same amount of the same order, the oldest first. One that the shop does not know is a refund of its own.
with charges as (

    select * from {{ ref("int_stripe_charges_matched") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

stripe_refunds as (

    select
        refunds.refund_id_stripe,
        refunds.charge_id_stripe,
        refunds.refund_id_woocommerce,
        charges.order_id,
        refunds.status_stripe,
        refunds.amount,
        refunds.created_at,
        coalesce(refunds.status_stripe, 'succeeded') not in ('failed', 'canceled') as is_live
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join charges on refunds.charge_id_stripe = charges.charge_id_stripe
    where not refunds.is_deleted and refunds.amount is not null

),

shop_refunds as (

    select
        *,
        sum(amount) over (partition by order_id order by refunded_at, refund_id_woocommerce) as refunded_amount
    from {{ ref("stg_woocommerce__refunds") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

-- The shop's total is what was left to pay after gift cards: no more goes back to the card.
orders as (

    select
        order_id,
        total_amount
    from {{ ref("stg_woocommerce__orders") }}
    where order_id in (select charges.order_id from charges)

),

candidates as (

    select
        stripe_refunds.refund_id_stripe,
        shop_refunds.refund_id,
        1 as preference,
        'refund id' as matched_by
    from stripe_refunds
    inner join shop_refunds
        on
            stripe_refunds.order_id = shop_refunds.order_id
            and stripe_refunds.refund_id_stripe = shop_refunds.refund_id_stripe

    union all

    select
        stripe_refunds.refund_id_stripe,
        shop_refunds.refund_id,
        2 as preference,
        'metadata' as matched_by
    from stripe_refunds
    inner join shop_refunds
        on
            stripe_refunds.order_id = shop_refunds.order_id
            and stripe_refunds.refund_id_woocommerce = shop_refunds.refund_id_woocommerce

),

named as (

    select distinct on (refund_id_stripe) *
    from candidates
    order by refund_id_stripe, preference, refund_id

),

-- A failed attempt does not pay a refund: another of the same amount may.
paying as (

    select named.refund_id
    from named
    inner join stripe_refunds on named.refund_id_stripe = stripe_refunds.refund_id_stripe
    where stripe_refunds.is_live

),

stripe_refunds_left as (

    select
        *,
        row_number() over (partition by order_id, amount order by created_at, refund_id_stripe) as place
    from stripe_refunds
    where is_live and refund_id_stripe not in (select named.refund_id_stripe from named)

),

shop_refunds_limited as (

    select
        shop_refunds.order_id,
        shop_refunds.refund_id,
        shop_refunds.refund_id_woocommerce,
        shop_refunds.refunded_at,
        least(shop_refunds.refunded_amount, orders.total_amount)
        - least(shop_refunds.refunded_amount - shop_refunds.amount, orders.total_amount) as amount
    from shop_refunds
    inner join orders on shop_refunds.order_id = orders.order_id
    where shop_refunds.refund_id not in (select paying.refund_id from paying)

),

shop_refunds_left as (

    select
        *,
        row_number() over (partition by order_id, amount order by refunded_at, refund_id_woocommerce) as place
    from shop_refunds_limited

),

by_amount as (

    select
        stripe_refunds_left.refund_id_stripe,
        shop_refunds_left.refund_id
    from stripe_refunds_left
    inner join shop_refunds_left
        on
            stripe_refunds_left.order_id = shop_refunds_left.order_id
            and stripe_refunds_left.amount = shop_refunds_left.amount
            and stripe_refunds_left.place = shop_refunds_left.place

)

select
    stripe_refunds.refund_id_stripe,
    stripe_refunds.charge_id_stripe,
    stripe_refunds.order_id,
    coalesce(
        named.refund_id,
        by_amount.refund_id,
        case when stripe_refunds.is_live then 'stripe:' || stripe_refunds.refund_id_stripe end
    ) as refund_id,
    case
        when named.refund_id is not null then named.matched_by
        when by_amount.refund_id is not null then 'amount'
    end as matched_by,
    coalesce(stripe_refunds.status_stripe, 'succeeded') as status_stripe,
    stripe_refunds.amount,
    stripe_refunds.created_at,
    {{ var("build_id") }}::bigint as build_id
from stripe_refunds
left join named on stripe_refunds.refund_id_stripe = named.refund_id_stripe
left join by_amount on stripe_refunds.refund_id_stripe = by_amount.refund_id_stripe
