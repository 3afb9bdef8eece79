{{ config(
    unique_key="balance_transaction_id_stripe",
    meta={"changed": "int_stripe_transactions_changed"},
    indexes=[
        {"columns": ["balance_transaction_id"], "unique": true},
        {"columns": ["balance_transaction_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["payout_id"]},
        {"columns": ["created_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with transactions as (

    select * from {{ ref("int_stripe_transactions_traced") }}
    {{ where_changed("balance_transaction_id_stripe", "int_stripe_transactions_changed") }}

)

select
    'stripe:' || balance_transaction_id_stripe as balance_transaction_id,
    balance_transaction_id_stripe,
    kind,
    transaction_type,
    reporting_category,
    description,
    order_id,
    charge_id_stripe,
    refund_id_stripe,
    dispute_id_stripe,
    own_payout_id_stripe,
    'stripe:' || payout_id_stripe as payout_id,
    currency,
    amount,
    fee_amount,
    fee_tax_amount,
    net_amount,
    exchange_rate,
    booked_amount - booked_fee_amount as booked_net_amount,
    is_known,
    is_deleted,
    created_at,
    available_at,
    created_date,
    {{ var("build_id") }}::bigint as build_id
from transactions
