-- depends_on: {{ ref("int_currency_rates") }}
{{ config(materialized="table", indexes=[{"columns": ["payout_id_stripe"], "unique": true}]) }}

{% set totaled = as_it_stands("intermediate", "int_stripe_payouts_totaled") %}

-- Payouts of which anything changed since the last build: they, their transactions, the settings, or the day's rate.
with changed as (

    select payout_id_stripe
    from {{ ref("stg_stripe__payouts") }}
    where {{ is_new() }}

    union

    select payout_id_stripe
    from {{ ref("stg_stripe__payout_balance_transactions") }}
    where {{ is_new() }}

    union

    select payout_id_stripe
    from {{ ref("int_stripe_transactions_traced") }}
    where {{ is_new() }}

    union

    select payout_id_stripe
    from {{ ref("stg_stripe__payouts") }}
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

    {% if totaled %}
        union

        select totaled.payout_id_stripe
        from {{ totaled }} as totaled
        left join {{ ref("int_currency_rates") }} as rates
            on
                totaled.currency = rates.currency
                and totaled.arrival_date >= rates.valid_from
                and (totaled.arrival_date < rates.valid_to or rates.valid_to is null)
        where totaled.currency <> totaled.books_currency and totaled.rate is distinct from rates.rate
    {% endif %}

)

select
    payout_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
where payout_id_stripe is not null
