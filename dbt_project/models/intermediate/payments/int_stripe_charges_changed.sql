{{ config(materialized="table") }}

-- Charges of which anything changed since the last build: the charge, its balance transaction, the payout that pays it
-- out, or an order it may belong to.
with orders as (

    select * from {{ ref("stg_woocommerce__orders") }}
    where {{ is_new() }}

),

-- Asked several times, for a few charges each: by index, not as a whole.
charges as not materialized (

    select * from {{ ref("stg_stripe__charges") }}

),

balance_transactions as (

    select balance_transaction_id_stripe
    from {{ ref("stg_stripe__balance_transactions") }}
    where {{ is_new() }}

    union all

    select balance_transaction_id_stripe
    from {{ ref("stg_stripe__payout_balance_transactions") }}
    where {{ is_new() }}

),

changed as (

    select charge_id_stripe
    from charges
    where {{ is_new() }}

    union all

    select charges.charge_id_stripe
    from charges
    inner join balance_transactions on charges.balance_transaction_id_stripe = balance_transactions.balance_transaction_id_stripe

    union all

    select charges.charge_id_stripe
    from charges
    inner join orders on charges.charge_id_stripe = orders.transaction_id

    union all

    select charges.charge_id_stripe
    from charges
    inner join orders on charges.order_id_woocommerce = orders.order_id_woocommerce

    union all

    select charges.charge_id_stripe
    from charges
    inner join orders on charges.payment_intent_id_stripe = orders.payment_intent_id_stripe

)

select
    charge_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
group by charge_id_stripe
