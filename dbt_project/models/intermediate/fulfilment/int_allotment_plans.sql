{{ config(materialized="table", indexes=[{"columns": ["product_id"], "unique": true}]) }}

-- Products of which promises are set aside before the queue is served: those of which one that can be kept would come later by
-- the queue. One is later where fewer units of its line are there by its day.
with promised as (

    select
        product_id,
        order_line_id,
        due_date,
        sum(quantity) over (partition by order_line_id order by due_date) as quantity
    from {{ ref("int_promises_standing") }}

),

broken as (

    select promised.product_id
    from promised
    left join {{ ref("int_units_allotted") }} as queue
        on
            promised.order_line_id = queue.order_line_id
            and promised.due_date >= queue.expected_date
            and queue.plan = 'queue'
    group by promised.product_id, promised.order_line_id, promised.due_date, promised.quantity
    having coalesce(sum(queue.quantity), 0) < promised.quantity

)

select
    product_id,
    'kept' as plan,
    {{ var("build_id") }}::bigint as build_id
from broken
where product_id in (select kept.product_id from {{ ref("int_units_kept") }} as kept)
group by product_id
