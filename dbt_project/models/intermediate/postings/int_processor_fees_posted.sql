{{ config(
    unique_key="balance_transaction_id_stripe",
    meta={"changed": "int_stripe_transactions_changed"},
    indexes=[
        {"columns": ["balance_transaction_id_stripe"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What Stripe charges apart from the fee of a sale, which stands in the sale's own entry: billing, refunds, charges that
-- belong to no order; and the tax in any fee, which the business gets back.
with transactions as (

    select * from {{ ref("int_stripe_transactions_traced") }}
    {{ where_changed("balance_transaction_id_stripe", "int_stripe_transactions_changed") }}
    and not is_deleted
    and created_date >= books_start_date

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

tax_rates as (

    select * from {{ ref("tax_rates") }}
    where tax = 'HST'

),

fees as (

    select
        transactions.balance_transaction_id_stripe,
        transactions.order_id,
        transactions.created_date,
        transactions.kind,
        case
            when transactions.kind = 'fee'
                then
                    'Stripe fee ' || transactions.balance_transaction_id_stripe
                    || coalesce(': ' || left(transactions.description, 80), '')
            else
                'Stripe fee on ' || transactions.kind || ' '
                || coalesce(transactions.source_id_stripe, transactions.balance_transaction_id_stripe)
        end as title,
        -- The sale's entry and the dispute's have their fee themselves: here only the tax in it is taken out.
        case
            when transactions.kind = 'fee' then transactions.booked_fee_amount - transactions.booked_amount
            when transactions.kind = 'sale' and transactions.order_id is not null then 0
            when transactions.kind in ('dispute', 'dispute_reversal') then 0
            else transactions.booked_fee_amount
        end as fee_amount,
        case
            when transactions.transaction_type = 'tax_fee' then -transactions.booked_amount
            else transactions.booked_fee_tax_amount
        end as tax_amount,
        case when transactions.kind in ('dispute', 'dispute_reversal') then 'dispute_fees' else 'merchant_fees' end as fee_role,
        case
            when tax_rates.tax is not null then 'tax_recoverable.HST.' || business.province
            else 'tax_recoverable.GST'
        end as tax_role,
        case when tax_rates.tax is not null then 'tax_recoverable.HST' end as tax_fallback_role
    from transactions
    left join business on true
    left join tax_rates
        on
            business.province = tax_rates.province
            and transactions.created_date between tax_rates.valid_from and coalesce(tax_rates.valid_to, 'infinity'::date)

),

lines as (

    select
        fees.*,
        1 as position,
        fee_role as role,
        null::text as fallback_role,
        'Stripe fee' as what,
        fee_amount - tax_amount as amount
    from fees

    union all

    select
        fees.*,
        2 as position,
        tax_role as role,
        tax_fallback_role as fallback_role,
        'tax on Stripe fee' as what,
        tax_amount as amount
    from fees

    union all

    select
        fees.*,
        3 as position,
        'clearing.stripe' as role,
        null::text as fallback_role,
        'Stripe fee' as what,
        -fee_amount as amount
    from fees

)

select
    balance_transaction_id_stripe,
    'fee:stripe:' || balance_transaction_id_stripe as source_key,
    'stripe_fee_' || balance_transaction_id_stripe as event_id,
    'processor_fee' as event_kind,
    created_date as posting_date,
    order_id,
    null::text as channel,
    null::text as province,
    title,
    position,
    role,
    fallback_role,
    what,
    null::text as currency,
    null::numeric as currency_amount,
    amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where amount <> 0
