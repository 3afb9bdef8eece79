{{ config(
    unique_key="charge_id_stripe",
    meta={"changed": "int_stripe_charges_changed"},
    indexes=[
        {"columns": ["charge_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Which order a charge pays, and what became of its money. In this order: the order names the charge; the charge names
-- the order in its metadata; both name the same payment intent.
with changed as (

    select charge_id_stripe from {{ ref("int_stripe_charges_changed") }}

    {% if is_incremental() %}
        union

        -- An order that no longer names its charge.
        select before.charge_id_stripe
        from {{ this }} as before
        inner join {{ ref("stg_woocommerce__orders") }} as orders on before.order_id = orders.order_id
        where {{ is_new("orders.build_id") }}
    {% endif %}

),

charges as (

    select * from {{ ref("stg_stripe__charges") }}
    {% if is_incremental() %}
        where charge_id_stripe in (select changed.charge_id_stripe from changed)
    {% endif %}

),

-- Asked three times, for a few charges each: by index, not as a whole.
orders as not materialized (

    select * from {{ ref("stg_woocommerce__orders") }}

),

balance_transactions as (

    select * from {{ ref("stg_stripe__balance_transactions") }}

),

candidates as (

    select
        charges.charge_id_stripe,
        orders.order_id,
        orders.order_id_woocommerce,
        1 as preference,
        'transaction id' as matched_by
    from charges
    inner join orders on charges.charge_id_stripe = orders.transaction_id

    union all

    select
        charges.charge_id_stripe,
        orders.order_id,
        orders.order_id_woocommerce,
        2 as preference,
        'metadata' as matched_by
    from charges
    inner join orders on charges.order_id_woocommerce = orders.order_id_woocommerce

    union all

    select
        charges.charge_id_stripe,
        orders.order_id,
        orders.order_id_woocommerce,
        3 as preference,
        'payment intent' as matched_by
    from charges
    inner join orders on charges.payment_intent_id_stripe = orders.payment_intent_id_stripe

),

matches as (

    select distinct on (charge_id_stripe) *
    from candidates
    order by charge_id_stripe, preference, order_id_woocommerce

),

payouts as (

    select
        paid_out.balance_transaction_id_stripe,
        min(paid_out.payout_id_stripe) as payout_id_stripe
    from {{ ref("stg_stripe__payout_balance_transactions") }} as paid_out
    where
        not paid_out.is_deleted
        and paid_out.balance_transaction_id_stripe in (select charges.balance_transaction_id_stripe from charges)
    group by paid_out.balance_transaction_id_stripe

),

joined as (

    select
        charges.charge_id_stripe,
        matches.order_id,
        {% if is_incremental() %}
            case
                when (before.order_id is distinct from matches.order_id) then before.order_id
                else before.former_order_id
            end as former_order_id,
        {% else %}
            null::text as former_order_id,
        {% endif %}
        matches.matched_by,
        charges.payment_intent_id_stripe,
        charges.balance_transaction_id_stripe,
        payouts.payout_id_stripe,
        charges.status_stripe,
        charges.currency,
        charges.amount,
        charges.captured_amount,
        charges.refunded_amount,
        charges.is_captured,
        balance_transactions.currency as settled_currency,
        balance_transactions.amount as settled_amount,
        balance_transactions.fee_amount,
        balance_transactions.net_amount,
        balance_transactions.exchange_rate,
        charges.created_at,
        charges.is_deleted,
        charges.problems || coalesce(balance_transactions.problems, array[]::text[]) as problems,
        {{ var("build_id") }}::bigint as build_id
    from charges
    left join matches on charges.charge_id_stripe = matches.charge_id_stripe
    left join balance_transactions
        on charges.balance_transaction_id_stripe = balance_transactions.balance_transaction_id_stripe
    left join payouts on charges.balance_transaction_id_stripe = payouts.balance_transaction_id_stripe
    {% if is_incremental() %}
        left join {{ this }} as before on charges.charge_id_stripe = before.charge_id_stripe
    {% endif %}

)

select * from joined
