{{ config(materialized="table") }}

-- Orders whose proof this build looks at again: the order, what is due for it, or an entry that it is in.
with changed as (

    select order_id from {{ ref("int_orders_changed") }}

    union

    select order_id
    from {{ ref("ledger_events") }}
    where {{ is_new() }}

    union

    select substr(source_key, 7) as order_id
    from {{ ref("int_ledger_events_changed") }}
    where source_key like 'order:%'

    union

    select events.order_id
    from {{ ref("reconciliation_ledger") }} as entries
    inner join {{ ref("ledger_events") }} as events on entries.record_key = events.write_key
    where {{ is_new("entries.build_id") }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
