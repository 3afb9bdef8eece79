{{ config(materialized="view") }}

-- One row per subject: how much was checked, and how much of it agrees. For a person, not for each hour.
with items as (

    select * from {{ ref("reconciliation_items") }}

),

totals as (

    select * from {{ ref("reconciliation_totals") }}

),

agreeing as (

    select
        'order' as subject,
        'money' as unit,
        count(*) as record_count
    from {{ ref("reconciliation_orders") }}
    where state = 'agrees'

    union all

    select
        'event' as subject,
        'money' as unit,
        count(*) as record_count
    from {{ ref("ledger_events") }} as events
    where
        events.is_posted
        and events.event_kind <> 'payout'
        and not exists (
            select 1 from {{ ref("reconciliation_orders") }} as orders
            where orders.order_id = events.order_id
        )

    union all

    select
        'ledger' as subject,
        'money' as unit,
        count(*) as record_count
    from {{ ref("reconciliation_ledger") }}
    where state = 'agrees'

    union all

    select
        kinds.subject,
        'money' as unit,
        count(payments.subject) as record_count
    from (values ('payment'), ('refund')) as kinds (subject)
    left join {{ ref("reconciliation_payments") }} as payments
        on kinds.subject = payments.subject and payments.state = 'agrees'
    group by kinds.subject

    union all

    select
        'payout' as subject,
        'money' as unit,
        count(*) as record_count
    from {{ ref("reconciliation_payouts") }}
    where state = 'agrees'

    union all

    select
        'clearing' as subject,
        'money' as unit,
        count(*) as record_count
    from {{ ref("int_clearing_compared") }}
    where state = 'agrees'

    union all

    select
        'foreign' as subject,
        'money' as unit,
        0 as record_count

    union all

    select
        'stock' as subject,
        'units' as unit,
        count(*) as record_count
    from {{ ref("reconciliation_stock") }}
    where state = 'agrees'

    union all

    select
        'write' as subject,
        'writes' as unit,
        count(*) as record_count
    from {{ ref("reconciliation_writes") }}
    where state = 'agrees'

    union all

    select
        kinds.subject,
        kinds.unit,
        count(totals.subject) as record_count
    from (values ('clearing account', 'money'), ('tax', 'money'), ('rows', 'rows')) as kinds (subject, unit)
    left join totals on kinds.subject = totals.subject and totals.state = 'agrees'
    group by kinds.subject, kinds.unit

),

-- Counted where they are compared: an order whose entry was changed differs, though the amount is told with the entry.
states as (

    select
        'order' as subject,
        case when state = 'differs' then 'differs' else 'open' end as state
    from {{ ref("reconciliation_orders") }}
    where state in ('differs', 'not posted yet', 'posted but not due')

    union all

    select
        'write' as subject,
        state
    from {{ ref("reconciliation_writes") }}
    where state <> 'agrees'

    union all

    select
        subject,
        state
    from items
    where subject not in ('order', 'write')

    union all

    select
        subject,
        state
    from totals
    where state <> 'agrees'

),

amounts as (

    select
        subject,
        record_key,
        state,
        difference
    from items

    union all

    select
        subject,
        record_key,
        state,
        difference
    from totals
    where state <> 'agrees'

),

counted as (

    select
        subject,
        count(*) filter (where state = 'open') as open_count,
        count(*) filter (where state = 'differs') as differ_count
    from states
    group by subject

),

-- A record that differs in several comparisons counts once.
largest as (

    select
        subject,
        state,
        max(abs(difference)) as amount
    from amounts
    group by subject, state, record_key

),

summed as (

    select
        subject,
        coalesce(sum(amount) filter (where state = 'open'), 0) as open_amount,
        coalesce(sum(amount) filter (where state = 'differs'), 0) as difference
    from largest
    group by subject

)

select
    agreeing.subject,
    agreeing.unit,
    agreeing.subject in ('clearing account', 'tax', 'rows') as is_total,
    (agreeing.record_count + coalesce(counted.open_count, 0) + coalesce(counted.differ_count, 0))::bigint as record_count,
    agreeing.record_count::bigint as agree_count,
    coalesce(counted.open_count, 0)::bigint as open_count,
    coalesce(counted.differ_count, 0)::bigint as differ_count,
    coalesce(summed.open_amount, 0) as open_amount,
    coalesce(summed.difference, 0) as difference
from agreeing
left join counted on agreeing.subject = counted.subject
left join summed on agreeing.subject = summed.subject
