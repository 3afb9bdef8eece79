{{ config(
    unique_key="payout_id_stripe",
    meta={"changed": "int_stripe_payouts_changed"},
    indexes=[
        {"columns": ["payout_id_stripe"], "unique": true},
        {"columns": ["difference"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What the transactions of each payout add up to, of every type but the payout's own, and why it is not booked yet.
with payouts as (

    select * from {{ ref("stg_stripe__payouts") }}
    {{ where_changed("payout_id_stripe", "int_stripe_payouts_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

currency_rates as (

    select * from {{ ref("int_currency_rates") }}

),

links as (

    select * from {{ ref("stg_stripe__payout_balance_transactions") }}
    where not is_deleted and payout_id_stripe in (select payouts.payout_id_stripe from payouts)

),

transactions as (

    select * from {{ ref("int_stripe_transactions_traced") }}
    where
        not is_deleted
        and balance_transaction_id_stripe in (select links.balance_transaction_id_stripe from links)

),

sums as (

    select
        links.payout_id_stripe,
        count(*) filter (
            where
            transactions.balance_transaction_id_stripe is null
            or transactions.amount is null
            or transactions.fee_amount is null
            or transactions.net_amount is null
        ) as unread_count,
        count(*) filter (where transactions.kind <> 'payout') as transaction_count,
        sum(transactions.net_amount) filter (where transactions.kind <> 'payout') as transactions_amount,
        sum(transactions.booked_amount - transactions.booked_fee_amount) filter (where transactions.kind <> 'payout')
            as booked_amount,
        coalesce(bool_or(transactions.rate_currency is not null), false) as has_other_currency,
        min(transactions.rate_currency || ' on ' || transactions.rate_date)
        filter (where transactions.rate_currency is not null and transactions.rate is null) as missing_rate
    from links
    inner join payouts on links.payout_id_stripe = payouts.payout_id_stripe
    left join transactions on links.balance_transaction_id_stripe = transactions.balance_transaction_id_stripe
    group by links.payout_id_stripe

),

-- Stripe writes the day of arrival as midnight UTC: in the shop's zone that would be the day before.
dated as (

    select
        payouts.*,
        business.currency as books_currency,
        business.books_start_date,
        case
            when date_trunc('day', payouts.arrives_at at time zone 'UTC') = payouts.arrives_at at time zone 'UTC'
                then (payouts.arrives_at at time zone 'UTC')::date
            else (payouts.arrives_at at time zone business.time_zone)::date
        end as arrival_date,
        (payouts.created_at at time zone business.time_zone)::date as created_date
    from payouts
    left join business on true

),

joined as (

    select
        dated.*,
        coalesce(sums.transaction_count, 0) as transaction_count,
        coalesce(sums.unread_count, 0) as unread_count,
        sums.transactions_amount,
        sums.booked_amount,
        sums.missing_rate,
        coalesce(sums.has_other_currency, false) or dated.currency <> dated.books_currency as has_other_currency,
        currency_rates.rate,
        -- Of a payout made by hand Stripe does not say what it pays out.
        coalesce(dated.reconciliation_status = 'not_applicable', false) and coalesce(sums.transaction_count, 0) = 0 as is_by_hand,
        case
            when dated.currency = dated.books_currency then {{ money("dated.amount") }}
            else {{ money("dated.amount * currency_rates.rate") }}
        end as bank_amount
    from dated
    left join sums on dated.payout_id_stripe = sums.payout_id_stripe
    left join currency_rates
        on
            dated.currency = currency_rates.currency
            and dated.arrival_date >= currency_rates.valid_from
            and (dated.arrival_date < currency_rates.valid_to or currency_rates.valid_to is null)

),

compared as (

    select
        joined.*,
        case when not is_by_hand and unread_count = 0 and transaction_count > 0 then amount - transactions_amount end
            as difference
    from joined

),

waiting as (

    select
        compared.*,
        case
            when is_deleted or problems <> array[]::text[] then 'it cannot be read in full'
            when status_stripe = 'failed' then 'it failed'
            when status_stripe = 'canceled' then 'it was cancelled'
            when coalesce(status_stripe, '') <> 'paid' then 'not arrived yet'
            when arrival_date is null then 'its day of arrival is not known'
            when arrival_date < books_start_date then 'before the books start'
            when amount = 0 then 'nothing to post'
            when not is_by_hand and (transaction_count = 0 or unread_count > 0) then 'its transactions are not known in full yet'
            when difference <> 0 then 'its transactions add up to ' || transactions_amount || ', not to ' || amount
            when not has_other_currency and booked_amount <> bank_amount
                then 'the amounts of its transactions, less their fees, come to ' || booked_amount || ', not to ' || amount
            when missing_rate is not null then 'no rate for ' || missing_rate
            when bank_amount is null then 'no rate for ' || currency || ' on ' || arrival_date
        end as ledger_wait_reason
    from compared

)

select
    payout_id_stripe,
    balance_transaction_id_stripe,
    currency,
    books_currency,
    status_stripe,
    is_automatic,
    is_by_hand,
    amount,
    transactions_amount,
    difference,
    transaction_count::integer as transaction_count,
    rate,
    bank_amount,
    coalesce(booked_amount, bank_amount) as booked_amount,
    created_at,
    arrives_at,
    created_date,
    arrival_date,
    is_deleted,
    ledger_wait_reason,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from waiting
