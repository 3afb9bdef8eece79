{{ config(materialized="table", indexes=[{"columns": ["dispute_id_stripe"], "unique": true}]) }}

{% set disputes = as_it_stands("marts", "disputes") %}

-- Disputes of which anything changed since the last build: they, the money that moved for them, the order; and those that
-- are open, whose days left to answer go by.
with changed as (

    select dispute_id_stripe
    from {{ ref("stg_stripe__disputes") }}
    where {{ is_new() }}

    union

    select dispute_id_stripe
    from {{ ref("stg_stripe__dispute_versions") }}
    where {{ is_new() }}

    union

    select dispute_id_stripe
    from {{ ref("int_stripe_transactions_traced") }}
    where {{ is_new() }}

    union

    select disputes.dispute_id_stripe
    from {{ ref("stg_stripe__disputes") }} as disputes
    inner join {{ ref("int_stripe_charges_matched") }} as charges on disputes.charge_id_stripe = charges.charge_id_stripe
    where {{ is_new("charges.build_id") }}

    union

    select dispute_id_stripe
    from {{ ref("stg_stripe__disputes") }}
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

    {% if disputes %}
        union

        select disputes.dispute_id_stripe
        from {{ disputes }} as disputes
        where disputes.state in ('open', 'warning')
    {% endif %}

)

select
    dispute_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
where dispute_id_stripe is not null
