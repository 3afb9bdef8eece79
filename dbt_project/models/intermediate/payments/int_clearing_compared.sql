{{ config(
    unique_key="record_key",
    meta={"changed": "int_clearing_changed"},
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Stripe's clearing account, order by order, payout by payout: what the events that are due put there, against what Stripe's
-- balance says, at the rates at which it was booked. What is open is named with its cause.
with business as (

    select * from {{ ref("stg_settings__business") }}

),

transactions as (

    select
        {{ clearing_key("order_id", "dispute_id_stripe", "own_payout_id_stripe", "balance_transaction_id_stripe") }}
            as record_key,
        *
    from {{ ref("int_stripe_transactions_traced") }}
    where
        not is_deleted
        and created_date >= books_start_date
        {% if is_incremental() %}
            and balance_transaction_id_stripe in (
                select traced.balance_transaction_id_stripe
                from {{ ref("int_stripe_transactions_traced") }} as traced
                where traced.order_id in (select changed.record_key from {{ ref("int_clearing_changed") }} as changed)

                union all

                select traced.balance_transaction_id_stripe
                from {{ ref("int_stripe_transactions_traced") }} as traced
                where
                    traced.own_payout_id_stripe in (
                        select substr(changed.record_key, 15)
                        from {{ ref("int_clearing_changed") }} as changed
                        where changed.record_key like 'payout:stripe:%'
                    )

                union all

                select traced.balance_transaction_id_stripe
                from {{ ref("int_stripe_transactions_traced") }} as traced
                where
                    traced.dispute_id_stripe in (
                        select substr(changed.record_key, 16)
                        from {{ ref("int_clearing_changed") }} as changed
                        where changed.record_key like 'dispute:stripe:%'
                    )

                union all

                select substr(changed.record_key, 28) as balance_transaction_id_stripe
                from {{ ref("int_clearing_changed") }} as changed
                where changed.record_key like 'balance_transaction:stripe:%'
            )
        {% endif %}

),

payouts as (

    select * from {{ ref("int_stripe_payouts_totaled") }}
    where payout_id_stripe in (select transactions.own_payout_id_stripe from transactions)

),

-- A payout that has arrived took from the balance what its transactions were booked at; one on its way its own amount.
balance_parts as (

    select
        record_key,
        order_id,
        created_date as occurred_on,
        booked_amount - booked_fee_amount as amount,
        kind
    from transactions
    where kind not in ('payout', 'payout_failure')

    union all

    select
        transactions.record_key,
        null::text as order_id,
        transactions.created_date as occurred_on,
        case
            when payouts.status_stripe = 'paid' and transactions.kind = 'payout' then -payouts.booked_amount
            else transactions.booked_amount
        end as amount,
        transactions.kind
    from transactions
    left join payouts on transactions.own_payout_id_stripe = payouts.payout_id_stripe
    where transactions.kind in ('payout', 'payout_failure')

    union all

    select
        'balance_transaction:stripe:' || balance_transaction_id_stripe as record_key,
        null::text as order_id,
        created_date as occurred_on,
        -booked_fee_amount as amount,
        kind
    from transactions
    where kind in ('payout', 'payout_failure') and booked_fee_amount <> 0

),

balance_sums as (

    select
        record_key,
        min(occurred_on) as occurred_on,
        coalesce(sum(amount), 0) as amount,
        coalesce(sum(amount) filter (where kind = 'sale'), 0) as sale_amount,
        coalesce(sum(amount) filter (where kind = 'refund'), 0) as refund_amount,
        bool_or(amount is null) as is_unknown
    from balance_parts
    {{ where_changed("record_key", "int_clearing_changed") }}
    group by record_key

),

lines_due as (

    select
        coalesce(order_id, regexp_replace(source_key, '^fee:', 'balance_transaction:')) as record_key,
        event_kind,
        posting_date,
        debit_amount - credit_amount as amount
    from {{ ref("ledger_lines_due") }}
    where
        role = 'clearing.stripe'
        {% if is_incremental() %}
            and source_key in (
                select due.source_key
                from {{ ref("ledger_lines_due") }} as due
                where due.order_id in (select changed.record_key from {{ ref("int_clearing_changed") }} as changed)

                union all

                select changed.record_key as source_key
                from {{ ref("int_clearing_changed") }} as changed

                union all

                select 'fee:' || substr(changed.record_key, 21) as source_key
                from {{ ref("int_clearing_changed") }} as changed
                where changed.record_key like 'balance_transaction:%'
            )
        {% endif %}

),

event_sums as (

    select
        record_key,
        min(posting_date) as occurred_on,
        sum(amount) as amount,
        coalesce(sum(amount) filter (where event_kind = 'sale'), 0) as sale_amount,
        coalesce(sum(amount) filter (where event_kind = 'refund'), 0) as refund_amount
    from lines_due
    {{ where_changed("record_key", "int_clearing_changed") }}
    group by record_key

),

summed as (

    select
        coalesce(event_sums.record_key, balance_sums.record_key) as record_key,
        least(event_sums.occurred_on, balance_sums.occurred_on) as occurred_on,
        coalesce(event_sums.amount, 0) as expected_amount,
        coalesce(balance_sums.amount, 0) as found_amount,
        coalesce(event_sums.sale_amount, 0) as booked_sale_amount,
        coalesce(balance_sums.sale_amount, 0) as balance_sale_amount,
        coalesce(event_sums.refund_amount, 0) as booked_refund_amount,
        coalesce(balance_sums.refund_amount, 0) as balance_refund_amount,
        coalesce(balance_sums.is_unknown, false) as is_unknown
    from event_sums
    full outer join balance_sums on event_sums.record_key = balance_sums.record_key

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select summed.record_key from summed)

),

disputes as (

    select
        'dispute:stripe:' || dispute_id_stripe as record_key,
        ledger_wait_reason
    from {{ ref("int_stripe_disputes_traced") }}
    where order_id is null

),

all_payouts as (

    select
        'payout:stripe:' || payout_id_stripe as record_key,
        ledger_wait_reason
    from {{ ref("int_stripe_payouts_totaled") }}
    {% if is_incremental() %}
        where payout_id_stripe in (
            select substr(changed.record_key, 15)
            from {{ ref("int_clearing_changed") }} as changed
            where changed.record_key like 'payout:stripe:%'
        )
    {% endif %}

),

-- Why the two may differ for a while. Whatever none of this explains differs.
explained as (

    select
        summed.*,
        orders.order_id,
        case
            when summed.expected_amount = summed.found_amount and not summed.is_unknown then null
            when summed.is_unknown then 'its amount, fee or rate is not known yet'
            when orders.ledger_wait_reason is not null then 'the sale is not booked: ' || orders.ledger_wait_reason
            when
                orders.order_id is not null
                and summed.booked_sale_amount = summed.balance_sale_amount
                and summed.booked_refund_amount <> summed.balance_refund_amount
                then
                    'refunds: Stripe gave back ' || -summed.balance_refund_amount || ', the entries say '
                    || -summed.booked_refund_amount
            when all_payouts.ledger_wait_reason = 'it failed' then 'it failed, and its money is not back in the balance yet'
            else coalesce(all_payouts.ledger_wait_reason, disputes.ledger_wait_reason)
        end as cause
    from summed
    left join orders on summed.record_key = orders.order_id
    left join all_payouts on summed.record_key = all_payouts.record_key
    left join disputes on summed.record_key = disputes.record_key

),

records_read as (

    select (records_read.read_at at time zone business.time_zone)::date as read_date
    from {{ ref("int_stripe_records_read") }} as records_read
    cross join business

)

select
    explained.record_key,
    explained.order_id,
    explained.occurred_on,
    explained.expected_amount,
    explained.found_amount,
    explained.expected_amount - explained.found_amount as difference,
    case
        when explained.expected_amount = explained.found_amount and not explained.is_unknown then 'agrees'
        when explained.cause is not null then 'open'
        else 'differs'
    end as state,
    case
        when explained.cause is not null then explained.cause
        when explained.expected_amount <> explained.found_amount
            then 'the entries come to ' || explained.expected_amount || ', Stripe''s balance to ' || explained.found_amount
    end as cause,
    case
        when explained.expected_amount <> explained.found_amount or explained.is_unknown
            then greatest(records_read.read_date - explained.occurred_on, 0)
    end as age_days,
    {{ var("build_id") }}::bigint as build_id
from explained
left join records_read on true
