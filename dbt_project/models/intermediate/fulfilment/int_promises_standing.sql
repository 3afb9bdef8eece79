{{ config(materialized="table", indexes=[{"columns": ["order_line_id"]}, {"columns": ["product_id"]}]) }}

-- What was told of each open line and still stands: so many units on the shelf, or by the day of the purchase order they were
-- promised from, as that is expected now; once it has come in, by the day that was told. What left since, or is there, is taken
-- off, the first promised first. After the lead time is no promise of a unit: nobody has ordered it.
with wanted as (

    select * from {{ ref("int_units_wanted") }}
    where wanted_quantity > 0

),

supplies as (

    select * from {{ ref("int_units_supplied") }}
    where purchase_order_line_id is not null

),

told as (

    select
        told.order_line_id,
        wanted.product_id,
        told.quantity,
        wanted.wanted_quantity,
        told.purchase_order_line_id,
        case
            when told.source = 'stock' then '-infinity'::date
            else coalesce(supplies.expected_date, told.expected_date, 'infinity'::date)
        end as due_date
    from {{ ref("int_promises_told") }} as told
    inner join wanted on told.order_line_id = wanted.order_line_id
    left join supplies
        on
            told.purchase_order_line_id = supplies.purchase_order_line_id
            and wanted.product_id = supplies.product_id
    where told.quantity > 0 and told.source in ('stock', 'inbound')

),

-- What was told after the lead time counts for what has left meanwhile: it is the last to be promised.
after_lead_time as (

    select
        order_line_id,
        sum(quantity) as quantity
    from {{ ref("int_promises_told") }}
    where source = 'lead_time'
    group by order_line_id

),

summed as (

    select
        told.*,
        sum(told.quantity) over (
            partition by told.order_line_id order by told.due_date, told.purchase_order_line_id nulls first
        ) as quantity_to_here,
        greatest(
            sum(told.quantity) over (partition by told.order_line_id) + coalesce(after_lead_time.quantity, 0)
            - told.wanted_quantity,
            0
        ) as gone_quantity
    from told
    left join after_lead_time on told.order_line_id = after_lead_time.order_line_id

),

standing as (

    select
        *,
        least(quantity, quantity_to_here - gone_quantity) as standing_quantity
    from summed

)

select
    order_line_id,
    product_id,
    due_date,
    sum(standing_quantity) as quantity,
    {{ var("build_id") }}::bigint as build_id
from standing
where standing_quantity > 0
group by order_line_id, product_id, due_date
