{{ config(
    materialized="table",
    indexes=[{"columns": ["payment_intent_id_stripe"], "unique": true}],
) }}

{%- set standing = as_it_stands("marts", "authorizations") %}

-- Payments by card that this build looks at again, if they were only authorized at first: with them change those of the
-- same order. One that is open is looked at every time, since its days are counted.
with intents as not materialized (

    select * from {{ ref("stg_stripe__payment_intents") }}

),

charges as not materialized (

    select * from {{ ref("int_stripe_charges_matched") }}

),

changed_intents as (

    select payment_intent_id_stripe
    from intents
    where {{ is_new() }}

    union

    select payment_intent_id_stripe
    from {{ ref("int_stripe_writes") }}
    where {{ is_new() }} and payment_intent_id_stripe is not null

    {% if standing %}
        union

        select payment_intent_id_stripe
        from {{ standing }}
        where is_open
    {% endif %}

),

changed_orders as (

    select order_id
    from {{ ref("int_orders_changed") }}

    union

    select unnest(array[order_id, former_order_id]) as order_id
    from charges
    where {{ is_new() }}

    union

    select charges.order_id
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join charges on refunds.charge_id_stripe = charges.charge_id_stripe
    where {{ is_new("refunds.build_id") }}

    union

    select charges.order_id
    from {{ ref("stg_stripe__balance_transactions") }} as balance_transactions
    inner join {{ ref("stg_stripe__refunds") }} as refunds
        on balance_transactions.balance_transaction_id_stripe = refunds.balance_transaction_id_stripe
    inner join charges on refunds.charge_id_stripe = charges.charge_id_stripe
    where {{ is_new("balance_transactions.build_id") }}

    union

    select charges.order_id
    from changed_intents
    inner join intents on changed_intents.payment_intent_id_stripe = intents.payment_intent_id_stripe
    inner join charges on intents.charge_id_stripe = charges.charge_id_stripe

),

changed as (

    select payment_intent_id_stripe
    from changed_intents

    union

    select intents.payment_intent_id_stripe
    from changed_orders
    inner join charges on changed_orders.order_id = charges.order_id
    inner join intents on charges.charge_id_stripe = intents.charge_id_stripe

)

select
    payment_intent_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
