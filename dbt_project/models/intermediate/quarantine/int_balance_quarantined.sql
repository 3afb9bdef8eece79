{{ config(materialized="view") }}

-- What Stripe's balance does not explain. Neither holds back an order: the payout is not booked, the transaction of an
-- unknown type waits in suspense.
select
    'payout:stripe:' || payout_id_stripe || ':transactions' as quarantine_id,
    'payout' as entity,
    'stripe:' || payout_id_stripe as record_key,
    null::text as order_id,
    'transactions' as check_name,
    'Stripe payout ' || payout_id_stripe || ' of ' || amount || ' ' || currency || ' is not the sum of its transactions ('
    || transactions_amount || '). It is not booked. Look at it in Stripe' as reason,
    jsonb_build_object(
        'amount', amount,
        'transactions_amount', transactions_amount,
        'difference', difference,
        'transaction_count', transaction_count
    ) as details,
    false as blocks_order,
    build_id
from {{ ref("int_stripe_payouts_totaled") }}
where difference <> 0 and not is_deleted

union all

select
    'balance_transaction:' || balance_transaction_id_stripe || ':unknown_type' as quarantine_id,
    'balance_transaction' as entity,
    balance_transaction_id_stripe as record_key,
    null::text as order_id,
    'unknown_type' as check_name,
    'Stripe transaction ' || balance_transaction_id_stripe || ' of ' || coalesce(net_amount::text, '?') || ' '
    || coalesce(currency, '') || ' is of a type that nobody knows (' || coalesce(transaction_type, 'none')
    || '). It waits in suspense. Say what it is and enter it from there' as reason,
    jsonb_build_object(
        'transaction_type', transaction_type,
        'reporting_category', reporting_category,
        'description', description,
        'amount', amount,
        'fee_amount', fee_amount
    ) as details,
    false as blocks_order,
    build_id
from {{ ref("int_stripe_transactions_traced") }}
where not is_known and not is_deleted
