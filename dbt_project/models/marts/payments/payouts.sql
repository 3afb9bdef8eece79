{{ config(
    unique_key="payout_id_stripe",
    meta={"changed": "int_stripe_payouts_changed"},
    indexes=[
        {"columns": ["payout_id"], "unique": true},
        {"columns": ["payout_id_stripe"], "unique": true},
        {"columns": ["arrival_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with payouts as (

    select * from {{ ref("int_stripe_payouts_totaled") }}
    {{ where_changed("payout_id_stripe", "int_stripe_payouts_changed") }}

)

select
    'stripe:' || payout_id_stripe as payout_id,
    payout_id_stripe,
    'stripe_payout_' || payout_id_stripe as event_id,
    balance_transaction_id_stripe,
    status_stripe as status,
    currency,
    amount,
    transactions_amount,
    difference,
    transaction_count,
    bank_amount,
    booked_amount,
    is_automatic,
    is_by_hand,
    is_deleted,
    ledger_wait_reason is null as is_ledger_due,
    ledger_wait_reason,
    created_at,
    arrives_at,
    created_date,
    arrival_date,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from payouts
