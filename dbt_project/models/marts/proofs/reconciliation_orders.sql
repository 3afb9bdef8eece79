{{ config(
    unique_key="order_id",
    meta={"changed": "int_reconciliation_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}
    and channel = 'web'
    and is_sale

),

events as (

    select
        order_id,
        sum(amount) as due_amount,
        sum(amount) filter (where is_posted) as posted_amount,
        bool_and(is_posted) as is_posted
    from {{ ref("ledger_events") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}
    group by order_id

),

-- The entries that the order is in, and what they differ by. That of a summary is told once, with the summary.
entries as (

    select
        events.order_id,
        min(proofs.record_key) as write_key,
        bool_or(proofs.state = 'differs') as differs,
        sum(proofs.difference) filter (where events.base_key = events.event_id) as difference
    from {{ ref("ledger_events") }} as events
    inner join {{ ref("reconciliation_ledger") }} as proofs on events.write_key = proofs.record_key
    {{ where_changed("events.order_id", "int_reconciliation_changed") }}
    group by events.order_id

),

-- What stands in the books for an order that is no longer due; its reversal is.
undue as (

    select
        substr(sent.source_key, 7) as order_id,
        min(postings.write_key) as write_key
    from {{ ref("int_ledger_events_sent") }} as sent
    inner join {{ ref("ledger_postings") }} as postings on sent.write_key = postings.write_key
    left join {{ ref("ledger_postings") }} as reversals
        on
            postings.base_key = reversals.base_key
            and postings.sequence_number = reversals.sequence_number
            and reversals.is_reversal
    where
        reversals.write_key is null
        and sent.source_key in (select 'order:' || orders.order_id from orders where not orders.is_ledger_due)
    group by sent.source_key

),

joined as (

    select
        orders.order_id,
        orders.order_number,
        orders.order_date,
        orders.status,
        orders.currency,
        orders.total_amount,
        orders.paid_amount,
        orders.payment_fee_amount,
        coalesce(events.due_amount, 0) as due_amount,
        coalesce(events.posted_amount, 0) as posted_amount,
        case when orders.is_ledger_due then orders.total_amount - orders.paid_amount else 0 end as payment_difference,
        coalesce(events.due_amount, 0) - coalesce(events.posted_amount, 0)
        + coalesce(entries.difference, 0) as ledger_difference,
        coalesce(events.is_posted, false) as is_posted,
        coalesce(entries.differs, false) as differs,
        orders.is_ledger_due,
        orders.ledger_wait_reason,
        undue.order_id is not null as is_undue,
        postings.ledger_entry_id
    from orders
    left join events on orders.order_id = events.order_id
    left join entries on orders.order_id = entries.order_id
    left join undue on orders.order_id = undue.order_id
    left join {{ ref("ledger_postings") }} as postings on coalesce(entries.write_key, undue.write_key) = postings.write_key

)

select
    order_id,
    order_number,
    order_date,
    status,
    currency,
    total_amount,
    paid_amount,
    payment_fee_amount,
    due_amount,
    posted_amount,
    payment_difference,
    ledger_difference,
    abs(payment_difference) + ledger_difference as difference,
    case
        when not is_ledger_due and is_undue then 'posted but not due'
        when not is_ledger_due and due_amount = 0 then 'not due'
        when differs or payment_difference <> 0 then 'differs'
        when not is_posted then 'not posted yet'
        else 'agrees'
    end as state,
    ledger_wait_reason,
    ledger_entry_id,
    {{ var("build_id") }}::bigint as build_id
from joined
