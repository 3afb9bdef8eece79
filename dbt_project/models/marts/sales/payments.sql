{{ config(
    unique_key="payment_id",
    meta={"changed": "int_payments_changed"},
    indexes=[
        {"columns": ["payment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with payments as (

    select * from {{ ref("int_payments_unioned") }}
    {{ where_changed("payment_id", "int_payments_changed") }}

)

select
    payment_id,
    order_id,
    system,
    payment_method,
    status,
    currency,
    amount,
    refunded_amount,
    settled_currency,
    settled_amount,
    exchange_rate,
    fee_amount,
    net_amount,
    charge_id_stripe,
    payment_intent_id_stripe,
    balance_transaction_id_stripe,
    payout_id_stripe,
    is_deleted,
    paid_at,
    paid_date,
    {{ var("build_id") }}::bigint as build_id
from payments
