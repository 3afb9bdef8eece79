{{ config(materialized="table", indexes=[{"columns": ["order_line_id"]}]) }}

-- What the customers of open orders were last told of each line: how many units from where, and when; and when each was first
-- asked. A letter that may have gone out (the mail server gave no answer) was told.
with open_orders as (

    select distinct order_id
    from {{ ref("int_order_lines_to_send") }}

),

latest as (

    select distinct on (told.order_id)
        told.order_id,
        told.payload,
        told.done_at
    from {{ ref("int_fulfilment_writes") }} as told
    inner join open_orders on told.order_id = open_orders.order_id
    where told.kind = 'promise' and told.is_done
    order by told.order_id asc, told.done_at desc, told.write_id desc

),

asked as (

    select
        told.order_id,
        min(told.done_at) as asked_at
    from {{ ref("int_fulfilment_writes") }} as told
    inner join open_orders on told.order_id = open_orders.order_id
    where told.kind = 'promise' and told.is_done and lower(told.payload ->> 'asks') = 'true'
    group by told.order_id

)

select
    latest.order_id,
    promise.entry ->> 'order_line_id' as order_line_id,
    promise.entry ->> 'source' as source,
    {{ as_bigint("promise.entry ->> 'purchase_order_line_id'") }} as purchase_order_line_id,
    {{ as_numeric("promise.entry ->> 'quantity'") }} as quantity,
    {{ as_day("promise.entry ->> 'expected_date'") }} as expected_date,
    {{ as_day("promise.entry ->> 'promise_date'") }} as promise_date,
    latest.done_at as told_at,
    asked.asked_at,
    {{ var("build_id") }}::bigint as build_id
from latest
left join asked on latest.order_id = asked.order_id
left join lateral jsonb_array_elements({{ json_list("latest.payload -> 'promises'") }}) as promise (entry) on true
