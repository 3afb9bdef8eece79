{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- What is done about each order in work: whether what is ready goes now. The customer is asked where a part is ready, nothing was
-- sent yet and the settings say so; without an answer the settings' choice holds after so many days. After a first part the rest
-- goes together.
with lines as (

    select
        order_id,
        min(paid_at) as paid_at,
        sum(ordered_quantity) as ordered_quantity,
        sum(shipped_quantity) as shipped_quantity,
        sum(boxed_quantity) as boxed_quantity,
        sum(open_quantity) as open_quantity
    from {{ ref("int_order_lines_to_send") }}
    group by order_id

),

allotted as (

    select
        order_id,
        sum(quantity) filter (where source = 'stock') as ready_quantity,
        sum(quantity) filter (where source <> 'stock') as backordered_quantity,
        case when bool_and(promise_date is not null or source = 'stock') then max(promise_date) end as promise_date,
        jsonb_agg(
            jsonb_build_object(
                'order_line_id', order_line_id,
                'source', source,
                'quantity', quantity,
                'purchase_order_line_id', purchase_order_line_id,
                'expected_date', expected_date,
                'promise_date', promise_date
            )
            order by line_number, order_line_id, promise_date nulls first, allocation_id
        ) as promises
    from {{ ref("allocations") }}
    group by order_id

),

boxes as (

    select
        order_id,
        max(shipment_number) as last_number
    from {{ ref("int_shipment_lines_committed") }}
    where order_id in (select lines.order_id from lines)
    group by order_id

),

told as (

    select
        order_id,
        min(asked_at) as asked_at
    from {{ ref("int_promises_told") }}
    group by order_id

),

settings as (

    select
        promises.answer_days,
        promises.default_choice,
        coalesce(business.time_zone, 'UTC') as time_zone,
        coalesce(flows.direction, 'off') = 'both_ways' as is_asked
    from (select 1) as one
    left join {{ ref("stg_settings__business") }} as business on true
    left join {{ ref("stg_settings__promises") }} as promises on true
    left join {{ ref("stg_settings__flows") }} as flows on flows.flow = 'customer_choice'

),

joined as (

    select
        lines.*,
        coalesce(allotted.ready_quantity, 0) as ready_quantity,
        coalesce(allotted.backordered_quantity, 0) as backordered_quantity,
        allotted.promise_date,
        coalesce(allotted.promises, '[]'::jsonb) as promises,
        coalesce(boxes.last_number, 0) + 1 as next_number,
        told.asked_at,
        choices.choice as customer_choice,
        choices.answered_at,
        settings.default_choice,
        settings.is_asked,
        -- the whole of the last day, where the business is: the mail and the page name the day
        (
            ((coalesce(told.asked_at, lines.paid_at) at time zone settings.time_zone)::date + settings.answer_days + 1)::timestamp
            at time zone settings.time_zone
        ) - interval '1 second' as question_due_at,
        coalesce(allotted.ready_quantity, 0) > 0 and coalesce(allotted.backordered_quantity, 0) > 0 as has_split,
        lines.shipped_quantity + lines.boxed_quantity > 0 as has_left
    from lines
    left join allotted on lines.order_id = allotted.order_id
    left join boxes on lines.order_id = boxes.order_id
    left join told on lines.order_id = told.order_id
    left join {{ ref("order_choices") }} as choices on lines.order_id = choices.order_id
    cross join settings

),

chosen as (

    select
        *,
        has_split and is_asked and not has_left as is_choice_open,
        case
            when not has_split or has_left then null
            when customer_choice is not null then customer_choice
            when is_asked and now() < question_due_at then null
            else coalesce(default_choice, 'wait')
        end as choice_that_holds
    from joined

)

select
    order_id,
    ordered_quantity,
    shipped_quantity,
    boxed_quantity,
    open_quantity,
    ready_quantity,
    backordered_quantity,
    promise_date,
    promises,
    next_number,
    has_split,
    has_left,
    asked_at,
    case when has_split or customer_choice is not null then question_due_at end as question_due_at,
    is_choice_open,
    coalesce(customer_choice, choice_that_holds) as choice,
    case when customer_choice is not null then 'customer' when choice_that_holds is not null then 'default' end
        as choice_source,
    answered_at,
    ready_quantity > 0 and (
        backordered_quantity = 0 or (not has_left and choice_that_holds is not distinct from 'ship_now')
    ) as is_planned,
    case
        when boxed_quantity > 0 then 'packing'
        when open_quantity = 0 and shipped_quantity > 0 then 'shipped'
        -- All of it was given back.
        when open_quantity = 0 then 'cancelled'
        when ready_quantity > 0 and backordered_quantity = 0 then 'ready'
        when has_left then 'part_shipped'
        when ready_quantity = 0 then 'backordered'
        when choice_that_holds is null then 'asking'
        when choice_that_holds = 'wait' then 'waiting'
        else 'ready'
    end as state,
    {{ var("build_id") }}::bigint as build_id
from chosen
