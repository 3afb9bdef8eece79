{{ config(
    unique_key="order_id",
    meta={"changed": "int_reconciliation_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["difference"]},
        {"columns": ["build_id"]},
    ],
) }}

with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}
    and channel = 'web'
    and is_sale

),

lines_due as (

    select * from {{ ref("ledger_lines_due") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}

),

entries as (

    select * from {{ ref("ledger_entries") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}
    and is_posted
    and order_id is not null

),

lines_read_back as (

    select * from {{ ref("int_ledger_lines_read_back") }}
    {{ where_changed("order_id", "int_reconciliation_changed") }}

),

due as (

    select
        order_id,
        account_code,
        sum(debit_amount - credit_amount) as amount,
        sum(debit_amount) as debit_amount
    from lines_due
    group by order_id, account_code

),

posted_lines as (

    select
        entries.order_id,
        entries.ledger_entry_id,
        ledger_lines.account_code,
        ledger_lines.debit_amount,
        ledger_lines.credit_amount
    from entries
    inner join {{ ref("ledger_lines") }} as ledger_lines on entries.ledger_entry_id = ledger_lines.ledger_entry_id
    where not ledger_lines.is_deleted

    union all

    -- An entry of this hour is in the books, but the books are read again only next hour.
    select
        lines_read_back.order_id,
        lines_read_back.ledger_entry_id,
        lines_read_back.account_code,
        lines_read_back.debit_amount,
        lines_read_back.credit_amount
    from lines_read_back
    where
        lines_read_back.order_id not in (
            select known.order_id
            from {{ ref("ledger_entries") }} as known
            {{ where_changed("known.order_id", "int_reconciliation_changed") }}
            and known.order_id is not null
        )

),

posted as (

    select
        order_id,
        account_code,
        sum(debit_amount - credit_amount) as amount,
        sum(debit_amount) as debit_amount
    from posted_lines
    group by order_id, account_code

),

-- Account by account: a sale booked on the wrong account is a difference too.
compared as (

    select
        coalesce(due.order_id, posted.order_id) as order_id,
        sum(coalesce(due.debit_amount, 0)) as due_amount,
        sum(coalesce(posted.debit_amount, 0)) as posted_amount,
        sum(abs(coalesce(due.amount, 0) - coalesce(posted.amount, 0))) as difference
    from due
    full outer join posted
        on due.order_id = posted.order_id and due.account_code is not distinct from posted.account_code
    group by coalesce(due.order_id, posted.order_id)

),

entry_ids as (

    select
        order_id,
        min(ledger_entry_id) as ledger_entry_id
    from posted_lines
    group by order_id

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
        coalesce(compared.due_amount, 0) as due_amount,
        coalesce(compared.posted_amount, 0) as posted_amount,
        case when orders.is_ledger_due then orders.total_amount - orders.paid_amount else 0 end as payment_difference,
        coalesce(compared.difference, 0) as ledger_difference,
        orders.is_ledger_due,
        orders.ledger_wait_reason,
        entry_ids.ledger_entry_id
    from orders
    left join compared on orders.order_id = compared.order_id
    left join entry_ids on orders.order_id = entry_ids.order_id

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
        when not is_ledger_due and ledger_entry_id is null then 'not due'
        when not is_ledger_due then 'posted but not due'
        when ledger_entry_id is null then 'not posted yet'
        when payment_difference = 0 and ledger_difference = 0 then 'agrees'
        else 'differs'
    end as state,
    ledger_wait_reason,
    ledger_entry_id,
    {{ var("build_id") }}::bigint as build_id
from joined
