{{ config(
    unique_key="payment_id",
    meta={"changed": "int_payments_changed"},
    indexes=[
        {"columns": ["quarantine_id"], "unique": true},
        {"columns": ["payment_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Control totals of a payment against the processor's own balance: one row per check that it fails.
with payments as (

    select * from {{ ref("int_woocommerce_payments") }}
    {{ where_changed("payment_id", "int_payments_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        payments.payment_id,
        payments.order_id,
        payments.charge_id_stripe,
        payments.balance_transaction_id_stripe,
        payments.currency,
        payments.amount,
        payments.paid_at,
        payments.settled_currency,
        payments.settled_amount,
        payments.exchange_rate,
        payments.fee_amount,
        payments.net_amount,
        business.currency as books_currency
    from payments
    left join business on true
    where payments.system = 'stripe' and payments.status = 'succeeded' and not payments.is_deleted

),

failed as (

    select
        payment_id,
        order_id,
        'settled' as check_name,
        'Stripe charge ' || charge_id_stripe || ' took ' || amount || ' ' || currency || ', but its balance transaction '
        || balance_transaction_id_stripe || ' says ' || coalesce(settled_amount::text, 'nothing') || ' '
        || coalesce(settled_currency, '') || coalesce(' at ' || exchange_rate, '')
        || ', fee ' || coalesce(fee_amount::text, '?') || ', net ' || coalesce(net_amount::text, '?')
        || '. Look at it in Stripe; enter it by hand' as reason,
        jsonb_build_object(
            'amount', amount,
            'currency', currency,
            'settled_amount', settled_amount,
            'settled_currency', settled_currency,
            'exchange_rate', exchange_rate,
            'fee_amount', fee_amount,
            'net_amount', net_amount
        ) as details,
        true as blocks_order
    from joined
    where
        (settled_currency = currency and settled_amount <> amount)
        -- Money that Stripe changed into the books' currency agrees at Stripe's own rate, within a cent.
        or (
            settled_currency <> currency
            and (
                settled_currency <> books_currency
                or exchange_rate is null
                or abs({{ money("amount * exchange_rate") }} - settled_amount) > 0.01
            )
        )
        or net_amount <> settled_amount - fee_amount

    union all

    select
        payment_id,
        order_id,
        'no_order' as check_name,
        'Stripe charge ' || charge_id_stripe || ' took ' || coalesce(amount::text, '?') || ' ' || coalesce(currency, '') || ' on '
        || to_char(paid_at, 'YYYY-MM-DD') || ' for no order that WooCommerce knows. Find the order, or refund it' as reason,
        jsonb_build_object('amount', amount, 'currency', currency) as details,
        false as blocks_order
    from joined
    where order_id is null

)

select
    'payment:' || payment_id || ':' || check_name as quarantine_id,
    payment_id,
    'payment' as entity,
    payment_id as record_key,
    order_id,
    check_name,
    reason,
    details,
    blocks_order,
    {{ var("build_id") }}::bigint as build_id
from failed
