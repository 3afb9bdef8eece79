{{ config(materialized="view") }}

-- Everything that is not in agreement, each told once, with its cause. An order that differs by its payment or by its entry
-- is told with that, a write with what it was for. Reads only what is open, by the index on state.
with books as (

    select * from {{ ref("books") }}

),

ledger as (

    select * from {{ ref("reconciliation_ledger") }}
    where state <> 'agrees'

),

payments as (

    select * from {{ ref("reconciliation_payments") }}
    where state <> 'agrees'

),

stock as (

    select * from {{ ref("reconciliation_stock") }}
    where state <> 'agrees'

),

orders as (

    select * from {{ ref("reconciliation_orders") }}
    where state in ('differs', 'not posted yet', 'posted but not due')

),

-- What the entry of an order or another event waits for: the events that are not posted, and the entries to be taken back.
unposted as (

    select
        events.event_id,
        events.event_kind,
        events.order_id,
        events.title,
        events.posting_date,
        events.amount,
        events.base_key,
        events.waits_for_its_day,
        events.build_id
    from {{ ref("ledger_events") }} as events
    where not events.is_posted and events.event_kind <> 'payout'

),

undue as (

    select
        orders.order_id,
        postings.base_key,
        postings.sequence_number
    from orders
    inner join {{ ref("ledger_postings") }} as postings on orders.ledger_entry_id = postings.ledger_entry_id
    where orders.state = 'posted but not due'

),

last_numbers as (

    select
        base_key,
        max(sequence_number) as sequence_number
    from {{ ref("ledger_postings") }}
    where base_key in (select unposted.base_key from unposted)
    group by base_key

),

-- Under which keys the entry itself is on its way, or the reversal that goes before it.
keys_wanted as (

    select
        unposted.base_key,
        unposted.base_key || coalesce('__' || (last_numbers.sequence_number + 1), '') as write_key
    from unposted
    left join last_numbers on unposted.base_key = last_numbers.base_key

    union

    select
        base_key,
        base_key || '__reversal_' || sequence_number as write_key
    from last_numbers

    union

    select
        base_key,
        base_key || '__reversal_' || sequence_number as write_key
    from undue

),

on_their_way as (

    select
        keys_wanted.base_key,
        min(writes.status || coalesce(': ' || writes.reason, '')) as state_of_write
    from keys_wanted
    inner join {{ ref("stg_sync__writes") }} as writes
        on
            keys_wanted.write_key = writes.write_key
            and writes.system = 'odoo'
            and writes.thing = 'ledger_entry'
            and writes.is_current
    where writes.status <> 'confirmed'
    group by keys_wanted.base_key

),

deliveries as (

    select planned_until_build
    from {{ ref("stg_sync__deliveries") }}
    where outbound_model = 'out_odoo__ledger_entries'

),

waiting as (

    select
        unposted.*,
        case
            when on_their_way.base_key is not null or unposted.waits_for_its_day then false
            else unposted.build_id <= coalesce(deliveries.planned_until_build, 0)
        end as is_forgotten,
        case
            when on_their_way.base_key is not null then 'its entry is ' || on_their_way.state_of_write
            when unposted.waits_for_its_day then 'its summary is posted once the day is over'
            when unposted.build_id <= coalesce(deliveries.planned_until_build, 0)
                then 'it is due, and no delivery has made an entry of it'
            else 'its entry goes to the books with the next delivery'
        end as cause
    from unposted
    left join on_their_way on unposted.base_key = on_their_way.base_key
    left join deliveries on true

),

order_events as (

    select
        order_id,
        bool_or(is_forgotten) as is_forgotten,
        string_agg(distinct cause, '; ') as cause,
        sum(amount) as amount
    from waiting
    where order_id is not null
    group by order_id

),

order_items as (

    select
        'order:' || orders.order_id as reconciliation_id,
        'order' as subject,
        orders.order_id as record_key,
        orders.order_id,
        orders.order_date as occurred_on,
        case when orders.state = 'differs' then orders.total_amount else orders.due_amount end as expected_amount,
        case when orders.state = 'differs' then orders.paid_amount else orders.posted_amount end as found_amount,
        case orders.state
            when 'differs' then orders.payment_difference
            when 'posted but not due' then -coalesce(reversed.total_amount, 0)
            else coalesce(order_events.amount, orders.due_amount - orders.posted_amount)
        end as difference,
        case
            when orders.state = 'differs' then 'differs'
            when orders.state = 'posted but not due' then 'open'
            when order_events.is_forgotten then 'differs'
            else 'open'
        end as state,
        case orders.state
            when 'differs'
                then 'the order asks for ' || orders.total_amount || ', its payments come to ' || orders.paid_amount
            when 'posted but not due'
                then
                    'it is in the books and not due any more (' || coalesce(orders.ledger_wait_reason, 'changed')
                    || '); its reversal '
                    || coalesce('is ' || on_their_way.state_of_write, 'goes to the books with the next delivery')
            else coalesce(order_events.cause, 'its entry goes to the books with the next delivery')
        end as cause,
        orders.build_id
    from orders
    left join order_events on orders.order_id = order_events.order_id
    left join undue on orders.order_id = undue.order_id
    left join on_their_way on undue.base_key = on_their_way.base_key
    left join lateral (
        select sum(lines.debit_amount) as total_amount
        from {{ ref("ledger_lines_posted") }} as lines
        where
            lines.write_key = undue.base_key || case when undue.sequence_number > 1 then '__' || undue.sequence_number else '' end
    ) as reversed on true
    where
        orders.state <> 'differs'
        or (
            orders.payment_difference <> 0
            and not exists (select 1 from payments where payments.order_id = orders.order_id)
        )

),

event_items as (

    select
        'event:' || waiting.event_id as reconciliation_id,
        'event' as subject,
        waiting.event_id as record_key,
        waiting.order_id,
        waiting.posting_date as occurred_on,
        waiting.amount as expected_amount,
        0::numeric as found_amount,
        waiting.amount as difference,
        case when waiting.is_forgotten then 'differs' else 'open' end as state,
        waiting.title || ': ' || waiting.cause as cause,
        waiting.build_id
    from waiting
    where
        not exists (
            select 1 from orders
            where orders.order_id = waiting.order_id and orders.state = 'not posted yet'
        )

),

{% set shape %}
    reconciliation_id,
    subject,
    record_key,
    order_id,
    occurred_on,
    expected_amount,
    found_amount,
    difference,
    state,
    cause,
    build_id
{% endset %}

items as (

    select
        'money' as unit,
        {{ shape }}
    from order_items

    union all

    select
        'money' as unit,
        {{ shape }}
    from event_items

    union all

    select
        'money' as unit,
        {{ shape }}
    from ledger

    union all

    select
        'money' as unit,
        {{ shape }}
    from payments

    union all

    -- What somebody changed in its entry is told with the entry.
    select
        'money' as unit,
        {{ shape }}
    from {{ ref("reconciliation_payouts") }} as payouts
    where
        payouts.state <> 'agrees'
        and not exists (
            select 1
            from {{ ref("ledger_events") }} as events
            inner join ledger on events.write_key = ledger.record_key
            where
                'payout:' || payouts.record_key || ':entry' = payouts.reconciliation_id
                and events.source_key = 'payout:' || payouts.record_key
                and ledger.state = 'differs'
        )

    union all

    select
        'money' as unit,
        'clearing:' || record_key as reconciliation_id,
        'clearing' as subject,
        record_key,
        order_id,
        occurred_on,
        expected_amount,
        found_amount,
        difference,
        state,
        cause,
        build_id
    from {{ ref("int_clearing_compared") }}
    where state <> 'agrees'

    union all

    select
        'money' as unit,
        {{ shape }}
    from {{ ref("reconciliation_foreign_entries") }}

    union all

    select
        'units' as unit,
        {{ shape }}
    from stock

    union all

    -- Entries are told above, each with what it is of.
    select
        'writes' as unit,
        {{ shape }}
    from {{ ref("reconciliation_writes") }}
    where
        state <> 'agrees'
        and thing <> 'ledger_entry'
        and (thing <> 'stock_level' or write_key not in (select stock.write_key from stock where stock.write_key is not null))

),

quarantined as (

    select order_id
    from {{ ref("orders") }}
    where is_quarantined and order_id in (select items.order_id from items)

)

select
    items.reconciliation_id,
    items.subject,
    items.record_key,
    items.order_id,
    items.occurred_on,
    items.unit,
    items.expected_amount,
    items.found_amount,
    items.difference,
    case when quarantined.order_id is not null then 'open' else items.state end as state,
    items.cause || case when quarantined.order_id is not null then ' (in quarantine)' else '' end as cause,
    greatest(books.today - items.occurred_on, 0)::integer as age_days,
    items.build_id
from items
cross join books
left join quarantined on items.order_id = quarantined.order_id
