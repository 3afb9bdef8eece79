{{ config(
    unique_key="payout_id_stripe",
    meta={"changed": "int_payout_postings_changed"},
    indexes=[
        {"columns": ["payout_id_stripe"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["order_id"]},
        {"columns": ["role"]},
        {"columns": ["build_id"]},
    ],
) }}

-- A payout that has arrived: what the bank got, against what the clearing account held for its transactions. They differ
-- only where money was changed on the way: that is the gain or loss on exchange.
with payouts as (

    select * from {{ ref("int_stripe_payouts_totaled") }}
    {{ where_changed("payout_id_stripe", "int_payout_postings_changed") }}
    and ledger_wait_reason is null

),

ledger as (

    select * from {{ ref("stg_settings__ledger") }}

),

lines as (

    select
        payouts.payout_id_stripe,
        1 as position,
        case ledger.bank_lines when 'file' then 'bank' else 'bank_suspense' end as role,
        'payout' as what,
        payouts.bank_amount as amount,
        case when payouts.currency <> payouts.books_currency then payouts.currency end as currency,
        case when payouts.currency <> payouts.books_currency then payouts.amount end as currency_amount
    from payouts
    cross join ledger

    union all

    select
        payout_id_stripe,
        2 as position,
        'clearing.stripe' as role,
        'payout' as what,
        -booked_amount as amount,
        null::text as currency,
        null::numeric as currency_amount
    from payouts

    union all

    select
        payout_id_stripe,
        3 as position,
        'fx_gain_loss' as role,
        case when bank_amount > booked_amount then 'gain on exchange' else 'loss on exchange' end as what,
        booked_amount - bank_amount as amount,
        null::text as currency,
        null::numeric as currency_amount
    from payouts

)

select
    payouts.payout_id_stripe,
    'payout:stripe:' || payouts.payout_id_stripe as source_key,
    'stripe_payout_' || payouts.payout_id_stripe as event_id,
    'payout' as event_kind,
    payouts.arrival_date as posting_date,
    null::text as order_id,
    null::text as channel,
    null::text as province,
    'Stripe payout ' || payouts.payout_id_stripe as title,
    lines.position,
    lines.role,
    null::text as fallback_role,
    lines.what,
    lines.currency,
    lines.currency_amount,
    lines.amount,
    {{ var("build_id") }}::bigint as build_id
from lines
inner join payouts on lines.payout_id_stripe = payouts.payout_id_stripe
where lines.amount <> 0
