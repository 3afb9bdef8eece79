-- depends_on: {{ ref("int_currency_rates") }}
{{ config(materialized="table", indexes=[{"columns": ["balance_transaction_id_stripe"]}]) }}

{% set traced = as_it_stands("intermediate", "int_stripe_transactions_traced") %}

-- Balance transactions of which anything changed since the last build: they, the payout that pays them out, what they
-- are of, the order it belongs to, or the day's rate of its currency.
with transactions as not materialized (

    select * from {{ ref("stg_stripe__balance_transactions") }}

),

charges as (

    select
        charge_id_stripe,
        balance_transaction_id_stripe
    from {{ ref("int_stripe_charges_matched") }}
    where {{ is_new() }}

),

sources as (

    select charge_id_stripe as source_id_stripe
    from charges

    union

    select refund_id_stripe as source_id_stripe
    from {{ ref("stg_stripe__refunds") }}
    where {{ is_new() }}

    union

    -- The day on which a refund is booked.
    select matched.refund_id_stripe as source_id_stripe
    from {{ ref("int_stripe_refunds_matched") }} as matched
    inner join {{ ref("refunds") }} as refunds on matched.refund_id = refunds.refund_id
    where {{ is_new("refunds.build_id") }}

    union

    select refunds.refund_id_stripe as source_id_stripe
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join charges on refunds.charge_id_stripe = charges.charge_id_stripe

    union

    select dispute_id_stripe as source_id_stripe
    from {{ ref("stg_stripe__disputes") }}
    where {{ is_new() }}

    union

    select disputes.dispute_id_stripe as source_id_stripe
    from {{ ref("stg_stripe__disputes") }} as disputes
    inner join charges on disputes.charge_id_stripe = charges.charge_id_stripe

),

changed as (

    select balance_transaction_id_stripe
    from transactions
    where {{ is_new() }}

    union

    select balance_transaction_id_stripe
    from {{ ref("stg_stripe__payout_balance_transactions") }}
    where {{ is_new() }}

    union

    select transactions.balance_transaction_id_stripe
    from transactions
    inner join sources on transactions.source_id_stripe = sources.source_id_stripe

    union

    -- Time zone and currency of the books bear on every one.
    select transactions.balance_transaction_id_stripe
    from transactions
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

    {% if traced %}
        union

        select traced.balance_transaction_id_stripe
        from {{ traced }} as traced
        left join {{ ref("int_currency_rates") }} as rates
            on
                traced.rate_currency = rates.currency
                and traced.rate_date >= rates.valid_from
                and (traced.rate_date < rates.valid_to or rates.valid_to is null)
        where traced.rate_currency > '' and traced.rate is distinct from rates.rate
    {% endif %}

)

select
    balance_transaction_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
where balance_transaction_id_stripe is not null
