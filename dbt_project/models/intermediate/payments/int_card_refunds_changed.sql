{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

{%- set standing = as_it_stands("marts", "card_refunds") %}

-- Orders whose refunds this build looks at again: what the shop, Stripe or Counterflow itself did to them. A refund that
-- is not paid back yet is looked at every time, since its days are counted.
with charges as not materialized (

    select * from {{ ref("int_stripe_charges_matched") }}

),

moved as (

    select charge_id_stripe
    from {{ ref("stg_stripe__refunds") }}
    where {{ is_new() }}

    union

    select refunds.charge_id_stripe
    from {{ ref("stg_stripe__balance_transactions") }} as balance_transactions
    inner join {{ ref("stg_stripe__refunds") }} as refunds
        on balance_transactions.balance_transaction_id_stripe = refunds.balance_transaction_id_stripe
    where {{ is_new("balance_transactions.build_id") }}

    union

    select charge_id_stripe
    from {{ ref("stg_stripe__disputes") }}
    where {{ is_new() }}

    union

    select charge_id_stripe
    from {{ ref("stg_stripe__charges") }}
    where {{ is_new() }}

    union

    select charge_id_stripe
    from {{ ref("stg_stripe__payment_intents") }}
    where {{ is_new() }}

    union

    select charge_id_stripe
    from {{ ref("int_stripe_writes") }}
    where {{ is_new() }} and charge_id_stripe is not null

),

changed as (

    select order_id
    from {{ ref("int_orders_changed") }}

    union

    select unnest(array[order_id, former_order_id]) as order_id
    from charges
    where {{ is_new() }}

    union

    select charges.order_id
    from moved
    inner join charges on moved.charge_id_stripe = charges.charge_id_stripe

    {% if standing %}
        union

        select order_id
        from {{ standing }}
        where state <> 'paid back'
    {% endif %}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
group by order_id
