{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed"},
    indexes=[
        {"columns": ["message_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What a customer is told of goods that are to come: once that they are, and when; once the question, if a part of them is ready;
-- and each time that the day of all or of a line becomes so much later than the one told last. What was told is in the record of
-- writes, so that it is the same after the models are built anew.
with fulfilments as (

    select * from {{ ref("order_fulfilments") }}
    {{ where_changed("order_id", "int_messages_changed") }}
    and backordered_quantity > 0
    and state in ('asking', 'waiting', 'backordered', 'ready', 'packing', 'part_shipped')

),

told as (

    select
        order_id,
        count(*) filter (where kind = 'backorder') as notice_count,
        count(*) filter (where kind = 'delay') as delay_count,
        bool_or(has_asked) as has_asked,
        (array_agg(promise_date order by write_id desc) filter (where promise_date is not null))[1] as told_date
    from {{ ref("int_messages_written") }}
    where order_id in (select fulfilments.order_id from fulfilments) and kind in ('backorder', 'delay') and is_told
    group by order_id

),

settings as (

    select
        coalesce(promises.answer_days, 0) as answer_days,
        coalesce(promises.default_choice, 'wait') as default_choice,
        greatest(coalesce(promises.retell_days, 1), 1) as retell_days,
        coalesce(flows.direction, 'off') <> 'off' and portal.link_days is not null as has_page
    from (select 1) as one
    left join {{ ref("stg_settings__promises") }} as promises on true
    left join {{ ref("stg_settings__portal") }} as portal on true
    left join {{ ref("stg_settings__flows") }} as flows on flows.flow = 'customer_choice'

),

-- Lines that come later than their customer was told last, also where another line comes later still.
told_lines as (

    select
        order_id,
        order_line_id,
        max(promise_date) as told_date
    from {{ ref("int_promises_told") }}
    where order_id in (select fulfilments.order_id from fulfilments)
    group by order_id, order_line_id

),

slipped as (

    select
        told_lines.order_id,
        min(told_lines.told_date) as told_date,
        max(lines.promise_date) as promise_date
    from told_lines
    inner join {{ ref("backorders") }} as lines on told_lines.order_line_id = lines.order_line_id
    cross join settings
    where lines.promise_date >= told_lines.told_date + settings.retell_days
    group by told_lines.order_id

),

waiting as (

    select
        order_id,
        jsonb_agg(
            jsonb_build_object(
                'name', product_name,
                'sku', sku,
                'quantity', trim_scale(quantity),
                'promise_date', promise_date
            )
            order by line_number, order_line_id
        ) as lines
    from {{ ref("backorders") }}
    where order_id in (select fulfilments.order_id from fulfilments)
    group by order_id

),

ready as (

    select
        to_send.order_id,
        jsonb_agg(
            jsonb_build_object(
                'name', to_send.product_name,
                'sku', to_send.sku,
                'quantity', trim_scale(allocations.quantity)
            )
            order by to_send.line_number, to_send.order_line_id
        ) as lines
    from {{ ref("allocations") }} as allocations
    inner join {{ ref("int_order_lines_to_send") }} as to_send on allocations.order_line_id = to_send.order_line_id
    where to_send.order_id in (select fulfilments.order_id from fulfilments) and allocations.source = 'stock'
    group by to_send.order_id

),

joined as (

    select
        fulfilments.order_id,
        fulfilments.promise_date,
        fulfilments.promises,
        fulfilments.state = 'asking' and settings.has_page as asks,
        settings.answer_days,
        settings.default_choice,
        coalesce(told.notice_count, 0) as notice_count,
        coalesce(told.delay_count, 0) as delay_count,
        coalesce(told.has_asked, false) as has_asked,
        told.told_date as whole_told_date,
        coalesce(fulfilments.promise_date >= told.told_date + settings.retell_days, false) as is_whole_late,
        slipped.told_date as line_told_date,
        slipped.promise_date as line_promise_date,
        coalesce(waiting.lines, '[]'::jsonb) as waiting,
        coalesce(ready.lines, '[]'::jsonb) as ready
    from fulfilments
    cross join settings
    left join told on fulfilments.order_id = told.order_id
    left join slipped on fulfilments.order_id = slipped.order_id
    left join waiting on fulfilments.order_id = waiting.order_id
    left join ready on fulfilments.order_id = ready.order_id

)

select
    'backorder:' || order_id || ':' || (notice_count + 1) as message_key,
    'backorder' as kind,
    order_id,
    promise_date as known_on,
    jsonb_build_object(
        'asks', asks,
        'answer_days', answer_days,
        'default_choice', default_choice,
        'promise_date', promise_date,
        'promises', promises,
        'waiting', waiting,
        'ready', ready
    ) as told,
    {{ var("build_id") }}::bigint as build_id
from joined
where notice_count = 0 or (asks and not has_asked)

union all

select
    'delay:' || order_id || ':' || (delay_count + 1) as message_key,
    'delay' as kind,
    order_id,
    promise_date as known_on,
    jsonb_build_object(
        'told_date', case when is_whole_late then whole_told_date else line_told_date end,
        'moved_to', case when is_whole_late then promise_date else line_promise_date end,
        'promise_date', promise_date,
        'promises', promises,
        'waiting', waiting
    ) as told,
    {{ var("build_id") }}::bigint as build_id
from joined
where notice_count > 0 and (is_whole_late or line_promise_date is not null) and not (asks and not has_asked)
