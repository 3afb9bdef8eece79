{{ config(
    unique_key="payment_id",
    meta={"changed": "int_payments_changed"},
    indexes=[
        {"columns": ["payment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- depends_on: {{ ref("int_payments_changed") }}
-- One row per tender of the web shop: a Stripe charge, a gift card, or the order's own method once the shop says it is paid.
with charges as (

    select
        'stripe:' || charges.charge_id_stripe as payment_id,
        charges.*
    from {{ ref("int_stripe_charges_matched") }} as charges
    {% if is_incremental() %}
        where charges.charge_id_stripe in (
            select substr(changed.payment_id, 8)
            from {{ ref("int_payments_changed") }} as changed
            where changed.payment_id like 'stripe:%'
        )
    {% endif %}

),

orders as (

    select * from {{ ref("stg_woocommerce__orders") }}
    {% if is_incremental() %}
        where order_id in (select changed.payment_id from {{ ref("int_payments_changed") }} as changed)
    {% endif %}

),

gift_cards as (

    select
        order_gift_cards.order_gift_card_id,
        order_gift_cards.order_id,
        order_gift_cards.amount,
        order_gift_cards.problems,
        orders.currency,
        orders.paid_at,
        orders.is_deleted
    from {{ ref("stg_woocommerce__order_gift_cards") }} as order_gift_cards
    inner join {{ ref("stg_woocommerce__orders") }} as orders on order_gift_cards.order_id = orders.order_id
    {{ where_changed("order_gift_cards.order_gift_card_id", "int_payments_changed", "payment_id") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

card_payments as (

    select
        payment_id,
        order_id,
        'stripe' as system,
        'stripe' as payment_method,
        case
            when status_stripe = 'succeeded' and is_captured then 'succeeded'
            when status_stripe = 'succeeded' then 'authorized'
            when status_stripe in ('pending', 'failed') then status_stripe
            else 'unknown'
        end as status,
        currency,
        coalesce(captured_amount, case when is_captured then amount end) as amount,
        coalesce(refunded_amount, 0) as refunded_amount,
        settled_currency,
        settled_amount,
        exchange_rate,
        fee_amount,
        net_amount,
        charge_id_stripe,
        payment_intent_id_stripe,
        balance_transaction_id_stripe,
        payout_id_stripe,
        created_at as paid_at,
        is_deleted,
        problems
    from charges

),

own_payments as (

    select
        order_id as payment_id,
        order_id,
        'woocommerce' as system,
        payment_method,
        'succeeded' as status,
        currency,
        total_amount as amount,
        0::numeric as refunded_amount,
        currency as settled_currency,
        total_amount as settled_amount,
        null::numeric as exchange_rate,
        0::numeric as fee_amount,
        total_amount as net_amount,
        null::text as charge_id_stripe,
        null::text as payment_intent_id_stripe,
        null::text as balance_transaction_id_stripe,
        null::text as payout_id_stripe,
        paid_at,
        is_deleted,
        array[]::text[] as problems
    from orders
    where paid_at is not null and total_amount > 0 and not {{ is_paid_by_stripe("payment_method") }}

),

gift_card_payments as (

    select
        order_gift_card_id as payment_id,
        order_id,
        'woocommerce' as system,
        'gift_card' as payment_method,
        case when paid_at is null then 'pending' else 'succeeded' end as status,
        currency,
        amount,
        0::numeric as refunded_amount,
        currency as settled_currency,
        amount as settled_amount,
        null::numeric as exchange_rate,
        0::numeric as fee_amount,
        amount as net_amount,
        null::text as charge_id_stripe,
        null::text as payment_intent_id_stripe,
        null::text as balance_transaction_id_stripe,
        null::text as payout_id_stripe,
        paid_at,
        is_deleted,
        problems
    from gift_cards

),

payments as (

    select * from card_payments

    union all

    select * from gift_card_payments

    union all

    select * from own_payments

)

select
    payments.payment_id,
    payments.order_id,
    payments.system,
    payments.payment_method,
    payments.status,
    payments.currency,
    payments.amount,
    payments.refunded_amount,
    payments.settled_currency,
    payments.settled_amount,
    payments.exchange_rate,
    payments.fee_amount,
    payments.net_amount,
    payments.charge_id_stripe,
    payments.payment_intent_id_stripe,
    payments.balance_transaction_id_stripe,
    payments.payout_id_stripe,
    payments.paid_at,
    (payments.paid_at at time zone business.time_zone)::date as paid_date,
    payments.is_deleted,
    payments.problems,
    {{ var("build_id") }}::bigint as build_id
from payments
left join business on true
