{{ config(
    materialized="table",
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["product_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What paid web orders wait for: lines of which something is not on the shelf, and when all of it is promised.
with missing as (

    select
        order_line_id,
        sum(quantity) as quantity,
        case when bool_and(promise_date is not null) then max(promise_date) end as promise_date,
        bool_and(source = 'inbound') as is_ordered,
        (array_agg(purchase_order_id order by promise_date desc nulls last, purchase_order_line_id))[1] as purchase_order_id
    from {{ ref("allocations") }}
    where source <> 'stock'
    group by order_line_id

),

lines as (

    select * from {{ ref("int_order_lines_to_send") }}

),

business as (

    select time_zone from {{ ref("stg_settings__business") }}

)

select
    lines.order_line_id,
    lines.order_id,
    lines.order_number,
    lines.line_number,
    lines.customer_id,
    lines.product_id,
    lines.sku,
    lines.product_name,
    missing.quantity,
    missing.promise_date,
    case
        when missing.promise_date is null then 'unknown'
        when missing.is_ordered then 'purchase_order'
        else 'lead_time'
    end as promise_source,
    case when missing.is_ordered then missing.purchase_order_id end as purchase_order_id,
    lines.ordered_at,
    (now() at time zone coalesce(business.time_zone, 'UTC'))::date
    - (lines.ordered_at at time zone coalesce(business.time_zone, 'UTC'))::date as age_days,
    {{ var("build_id") }}::bigint as build_id
from missing
inner join lines on missing.order_line_id = lines.order_line_id
left join business on true
