{{ config(
    unique_key="balance_transaction_id_stripe",
    meta={"changed": "int_stripe_transactions_changed"},
    indexes=[
        {"columns": ["balance_transaction_id_stripe"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Money that moved in Stripe's balance and is neither an order's, a fee, a dispute nor a payout: what Stripe holds back goes
-- to its own account; what belongs to no order, or is of a type that nobody knows, waits in suspense with its name.
with transactions as (

    select * from {{ ref("int_stripe_transactions_traced") }}
    {{ where_changed("balance_transaction_id_stripe", "int_stripe_transactions_changed") }}
    and not is_deleted
    and created_date >= books_start_date
    and (kind in ('reserve', 'other') or (kind in ('sale', 'refund') and order_id is null))

),

named as (

    select
        transactions.*,
        case kind
            when 'reserve' then 'Stripe reserve ' || balance_transaction_id_stripe
            when 'sale' then 'Stripe charge ' || source_id_stripe || ', which belongs to no order'
            when 'refund' then 'Stripe refund ' || source_id_stripe || ', which belongs to no order'
            else
                'Stripe transaction ' || balance_transaction_id_stripe || ' of a type that nobody knows ('
                || coalesce(left(transaction_type, 40), 'none') || ')'
        end as title,
        case kind when 'reserve' then 'clearing.stripe.reserve' else 'suspense' end as other_role,
        case kind
            when 'reserve' then 'held back by Stripe'
            when 'sale' then 'charge without an order'
            when 'refund' then 'refund without an order'
            else 'type not known'
        end as what
    from transactions

)

select
    named.balance_transaction_id_stripe,
    'balance_transaction:stripe:' || named.balance_transaction_id_stripe as source_key,
    'stripe_transaction_' || named.balance_transaction_id_stripe as event_id,
    'adjustment' as event_kind,
    named.created_date as posting_date,
    null::text as order_id,
    null::text as channel,
    null::text as province,
    named.title,
    sides.position,
    case sides.position when 1 then 'clearing.stripe' else named.other_role end as role,
    null::text as fallback_role,
    named.what,
    null::text as currency,
    null::numeric as currency_amount,
    sides.sign * named.booked_amount as amount,
    {{ var("build_id") }}::bigint as build_id
from named
cross join (values (1, 1), (2, -1)) as sides (position, sign)
where named.booked_amount <> 0
