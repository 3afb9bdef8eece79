{{ config(
    unique_key="order_id",
    meta={"changed": "int_card_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Which of Stripe's refunds pays back a refund that was entered in the shop: the one that either names; else one of the
-- same amount that names none, in the order in which they were made.
with refunds as (

    select * from {{ ref("stg_woocommerce__refunds") }}
    {{ where_changed("order_id", "int_card_refunds_changed") }}
    and not is_deleted
    and amount > 0

),

charges as (

    select * from {{ ref("int_stripe_charges_matched") }}
    where order_id in (select refunds.order_id from refunds)

),

stripe_refunds as (

    select
        stripe_refunds.refund_id_stripe,
        stripe_refunds.charge_id_stripe,
        charges.order_id,
        stripe_refunds.refund_id_woocommerce,
        stripe_refunds.counterflow_key,
        stripe_refunds.amount,
        stripe_refunds.created_at
    from {{ ref("stg_stripe__refunds") }} as stripe_refunds
    inner join charges on stripe_refunds.charge_id_stripe = charges.charge_id_stripe
    left join {{ ref("stg_stripe__balance_transactions") }} as balance_transactions
        on stripe_refunds.balance_transaction_id_stripe = balance_transactions.balance_transaction_id_stripe
    where {{ gives_back("stripe_refunds", "balance_transactions") }}

),

named as (

    select
        refunds.refund_id,
        min(stripe_refunds.refund_id_stripe) as refund_id_stripe
    from refunds
    inner join stripe_refunds
        on
            refunds.order_id = stripe_refunds.order_id
            and (
                refunds.refund_id_stripe = stripe_refunds.refund_id_stripe
                or refunds.refund_id_woocommerce = stripe_refunds.refund_id_woocommerce
                or 'refund:woocommerce_' || refunds.refund_id_woocommerce = stripe_refunds.counterflow_key
            )
    group by refunds.refund_id

),

-- Refunds that the shop says it sent come first.
unnamed_in_shop as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.amount,
        row_number() over (
            partition by refunds.order_id, refunds.amount
            order by refunds.is_paid_back desc, refunds.refunded_at, refunds.refund_id_woocommerce
        ) as place
    from refunds
    where not exists (select 1 from named where named.refund_id = refunds.refund_id)

),

unnamed_at_stripe as (

    select
        stripe_refunds.refund_id_stripe,
        stripe_refunds.order_id,
        stripe_refunds.amount,
        row_number() over (
            partition by stripe_refunds.order_id, stripe_refunds.amount
            order by stripe_refunds.created_at, stripe_refunds.refund_id_stripe
        ) as place
    from stripe_refunds
    where not exists (select 1 from named where named.refund_id_stripe = stripe_refunds.refund_id_stripe)

),

-- Refunds of our own that Stripe took, and could not carry out.
failed as (

    select stripe_refunds.counterflow_key
    from {{ ref("stg_stripe__refunds") }} as stripe_refunds
    inner join charges on stripe_refunds.charge_id_stripe = charges.charge_id_stripe
    where stripe_refunds.status_stripe in ('failed', 'canceled') and stripe_refunds.counterflow_key is not null
    group by stripe_refunds.counterflow_key

),

given_back as (

    select
        order_id,
        sum(amount) as amount
    from stripe_refunds
    group by order_id

),

joined as (

    select
        refunds.refund_id,
        refunds.refund_id_woocommerce,
        refunds.order_id,
        refunds.amount,
        refunds.is_paid_back as is_paid_back_by_shop,
        coalesce(named.refund_id_stripe, unnamed_at_stripe.refund_id_stripe) as refund_id_stripe,
        case
            when named.refund_id_stripe is not null then 'name'
            when unnamed_at_stripe.refund_id_stripe is not null then 'amount'
        end as matched_by,
        coalesce(writes.is_done, false) and failed.counterflow_key is null as is_paid_back_by_us,
        failed.counterflow_key is not null as has_failed,
        coalesce(given_back.amount, 0) as given_back_amount,
        refunds.refunded_at,
        cardinality(refunds.problems) > 0 as is_unreadable,
        refunds.extracted_at
    from refunds
    left join named on refunds.refund_id = named.refund_id
    left join unnamed_in_shop on refunds.refund_id = unnamed_in_shop.refund_id
    left join unnamed_at_stripe
        on
            unnamed_in_shop.order_id = unnamed_at_stripe.order_id
            and unnamed_in_shop.amount = unnamed_at_stripe.amount
            and unnamed_in_shop.place = unnamed_at_stripe.place
    left join {{ ref("int_stripe_writes") }} as writes
        on
            writes.write_key = 'refund:woocommerce_' || refunds.refund_id_woocommerce
            and writes.is_done
    left join failed on failed.counterflow_key = 'refund:woocommerce_' || refunds.refund_id_woocommerce
    left join given_back on refunds.order_id = given_back.order_id

)

select
    *,
    {{ var("build_id") }}::bigint as build_id
from joined
