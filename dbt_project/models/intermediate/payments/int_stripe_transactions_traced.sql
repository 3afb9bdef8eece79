{{ config(
    unique_key="balance_transaction_id_stripe",
    meta={"changed": "int_stripe_transactions_changed"},
    indexes=[
        {"columns": ["balance_transaction_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["payout_id_stripe"]},
        {"columns": ["own_payout_id_stripe"]},
        {"columns": ["dispute_id_stripe"]},
        {"columns": ["rate_currency"]},
        {"columns": ["is_known"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every movement of the balance: what it is of, which order that belongs to, which payout pays it out, and what the books
-- hold for it: the card's own amount at the rate of the day on which its sale or refund is booked, where that is another
-- currency.
with transactions as (

    select * from {{ ref("stg_stripe__balance_transactions") }}
    {{ where_changed("balance_transaction_id_stripe", "int_stripe_transactions_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

currency_rates as (

    select * from {{ ref("int_currency_rates") }}

),

named as (

    select
        transactions.*,
        case
            when transaction_type in ('charge', 'payment') then 'sale'
            when transaction_type in ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund') then 'refund'
            when reporting_category in ('dispute', 'dispute_reversal') then reporting_category
            when transaction_type = 'payout' then 'payout'
            when transaction_type in ('payout_failure', 'payout_cancel') then 'payout_failure'
            when transaction_type in ('reserve_transaction', 'reserved_funds')
                or reporting_category in ('reserved_funds', 'risk_reserved_funds')
                then 'reserve'
            when transaction_type in ('stripe_fee', 'stripe_fx_fee', 'tax_fee')
                or reporting_category in ('fee', 'network_cost')
                then 'fee'
            else 'other'
        end as kind
    from transactions

),

refunds as (

    select * from {{ ref("stg_stripe__refunds") }}
    where refund_id_stripe in (select named.source_id_stripe from named)

),

disputes as (

    select * from {{ ref("stg_stripe__disputes") }}
    where dispute_id_stripe in (select named.source_id_stripe from named)

),

traced as (

    select
        named.*,
        refunds.refund_id_stripe,
        refunds.amount as refund_amount,
        case when named.kind in ('dispute', 'dispute_reversal') then named.source_id_stripe end as dispute_id_stripe,
        case when named.kind in ('payout', 'payout_failure') then named.source_id_stripe end as own_payout_id_stripe,
        case
            when named.kind = 'sale' then named.source_id_stripe
            else coalesce(refunds.charge_id_stripe, disputes.charge_id_stripe)
        end as charge_id_stripe
    from named
    left join refunds on named.source_id_stripe = refunds.refund_id_stripe
    left join disputes on named.source_id_stripe = disputes.dispute_id_stripe

),

charges as (

    select * from {{ ref("int_stripe_charges_matched") }}
    where charge_id_stripe in (select traced.charge_id_stripe from traced)

),

orders as (

    select
        order_id,
        paid_date
    from {{ ref("int_woocommerce_orders") }}
    where order_id in (select charges.order_id from charges)

),

refunds_booked as (

    select
        matched.refund_id_stripe,
        refunds.posting_date
    from {{ ref("int_stripe_refunds_matched") }} as matched
    inner join {{ ref("refunds") }} as refunds on matched.refund_id = refunds.refund_id
    where matched.refund_id_stripe in (select traced.refund_id_stripe from traced)

),

payouts as (

    select
        balance_transaction_id_stripe,
        min(payout_id_stripe) as payout_id_stripe
    from {{ ref("stg_stripe__payout_balance_transactions") }}
    where
        not is_deleted
        and balance_transaction_id_stripe in (select traced.balance_transaction_id_stripe from traced)
    group by balance_transaction_id_stripe

),

-- A sale and its refunds are booked in the card's currency, everything else as Stripe's balance has it.
priced as (

    select
        traced.balance_transaction_id_stripe,
        traced.kind,
        traced.kind <> 'other' as is_known,
        traced.transaction_type,
        traced.reporting_category,
        traced.description,
        traced.source_id_stripe,
        traced.charge_id_stripe,
        traced.refund_id_stripe,
        traced.dispute_id_stripe,
        traced.own_payout_id_stripe,
        case when traced.kind <> 'payout' then payouts.payout_id_stripe end as payout_id_stripe,
        charges.order_id,
        traced.currency,
        traced.amount,
        traced.fee_amount,
        traced.fee_tax_amount,
        traced.net_amount,
        traced.exchange_rate,
        traced.created_at,
        traced.available_at,
        (traced.created_at at time zone business.time_zone)::date as created_date,
        traced.is_deleted,
        traced.problems,
        traced.extracted_at,
        business.currency as books_currency,
        business.books_start_date,
        case
            when traced.kind in ('sale', 'refund') and charges.order_id is not null
                then charges.currency
            else traced.currency
        end as source_currency,
        case
            when traced.kind = 'sale' and charges.currency <> traced.currency then charges.captured_amount
            when traced.kind = 'refund' and charges.currency <> traced.currency
                then sign(traced.amount) * traced.refund_amount
            else traced.amount
        end as source_amount,
        coalesce(
            case when traced.kind = 'sale' then orders.paid_date else refunds_booked.posting_date end,
            (traced.created_at at time zone business.time_zone)::date
        ) as booked_date
    from traced
    left join business on true
    left join charges on traced.charge_id_stripe = charges.charge_id_stripe
    left join orders on charges.order_id = orders.order_id
    left join refunds_booked on traced.refund_id_stripe = refunds_booked.refund_id_stripe
    left join payouts on traced.balance_transaction_id_stripe = payouts.balance_transaction_id_stripe

),

-- The one currency that has to be changed: the card's, or that of Stripe's balance.
rated as (

    select
        priced.*,
        nullif(coalesce(nullif(priced.source_currency, priced.books_currency), priced.currency), priced.books_currency)
            as rate_currency,
        case
            when priced.source_currency <> priced.books_currency or priced.currency <> priced.books_currency
                then priced.booked_date
        end as rate_date
    from priced

),

converted as (

    select
        rated.*,
        currency_rates.rate
    from rated
    left join currency_rates
        on
            rated.rate_currency = currency_rates.currency
            and rated.rate_date >= currency_rates.valid_from
            and (rated.rate_date < currency_rates.valid_to or currency_rates.valid_to is null)

)

select
    balance_transaction_id_stripe,
    kind,
    is_known,
    transaction_type,
    reporting_category,
    description,
    source_id_stripe,
    charge_id_stripe,
    refund_id_stripe,
    dispute_id_stripe,
    own_payout_id_stripe,
    payout_id_stripe,
    order_id,
    currency,
    amount,
    fee_amount,
    fee_tax_amount,
    net_amount,
    exchange_rate,
    source_currency,
    source_amount,
    books_currency,
    books_start_date,
    rate_currency,
    rate_date,
    rate,
    case
        when source_currency = books_currency then {{ money("source_amount") }}
        else {{ money("source_amount * rate") }}
    end as booked_amount,
    case
        when currency = books_currency then {{ money("fee_amount") }}
        else {{ money("fee_amount * rate") }}
    end as booked_fee_amount,
    case
        when currency = books_currency then {{ money("fee_tax_amount") }}
        else {{ money("fee_tax_amount * rate") }}
    end as booked_fee_tax_amount,
    created_at,
    available_at,
    created_date,
    is_deleted,
    problems,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from converted
