{{ config(materialized="table", indexes=[{"columns": ["record_key"], "unique": true}]) }}

{% set before = as_it_stands("intermediate", "int_clearing_compared") %}

-- Orders, payouts, disputes and single transactions whose part in Stripe's clearing account this build looks at again.
with transactions as (

    select
        {{ clearing_key("order_id", "dispute_id_stripe", "own_payout_id_stripe", "balance_transaction_id_stripe") }}
            as record_key,
        'balance_transaction:stripe:' || balance_transaction_id_stripe as own_key
    from {{ ref("int_stripe_transactions_traced") }}
    where {{ is_new() }}

),

changed as (

    select order_id as record_key
    from {{ ref("int_orders_changed") }}

    union

    select record_key from transactions

    union

    -- What belonged to no order before, or has its fee apart.
    select own_key as record_key from transactions

    union

    select coalesce(order_id, 'dispute:stripe:' || dispute_id_stripe) as record_key
    from {{ ref("int_stripe_disputes_traced") }}
    where {{ is_new() }}

    union

    select 'dispute:stripe:' || dispute_id_stripe as record_key
    from {{ ref("int_stripe_disputes_changed") }}

    union

    select 'payout:stripe:' || payout_id_stripe as record_key
    from {{ ref("int_payout_postings_changed") }}

    union

    select coalesce(order_id, regexp_replace(source_key, '^fee:', 'balance_transaction:')) as record_key
    from {{ ref("ledger_lines_due") }}
    where {{ is_new() }} and role = 'clearing.stripe'

    {% if before %}
        union

        select before.record_key
        from {{ before }} as before
        where before.state in ('open', 'differs')
    {% endif %}

)

select
    record_key,
    {{ var("build_id") }}::bigint as build_id
from changed
where record_key is not null
