{{ config(
    materialized="table",
    indexes=[
        {"columns": ["allocation_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["order_line_id"]},
        {"columns": ["product_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Where each unit that an open order waits for comes from, every unit once. A promise that was told of goods that nobody has
-- ordered, or that are overdue, stands until its day; after it, another is reckoned from today.
with lines as (

    select * from {{ ref("int_order_lines_to_send") }}
    where open_quantity > 0

),

wanted as (

    select * from {{ ref("int_units_wanted") }}

),

given as (

    select allotted.*
    from {{ ref("int_units_allotted") }} as allotted
    left join {{ ref("int_allotment_plans") }} as plans on allotted.product_id = plans.product_id
    where allotted.plan = coalesce(plans.plan, 'queue')

),

given_sums as (

    select
        order_line_id,
        sum(quantity) as quantity,
        sum(quantity) filter (where purchase_order_line_id is null) as shelf_quantity
    from given
    group by order_line_id

),

settings as (

    select
        (now() at time zone coalesce(business.time_zone, 'UTC'))::date as today,
        promises.lead_time_days,
        coalesce(promises.receiving_days, 0) as receiving_days
    from (select 1) as one
    left join {{ ref("stg_settings__business") }} as business on true
    left join {{ ref("stg_settings__promises") }} as promises on true

),

told as (

    select
        order_line_id,
        max(promise_date) as promise_date
    from {{ ref("int_promises_told") }}
    group by order_line_id

),

sources as (

    select
        wanted.order_line_id,
        'stock' as source,
        null::bigint as purchase_order_line_id,
        null::bigint as purchase_order_id,
        null::date as expected_date,
        wanted.there_quantity + coalesce(given_sums.shelf_quantity, 0) as quantity
    from wanted
    left join given_sums on wanted.order_line_id = given_sums.order_line_id

    union all

    select
        order_line_id,
        'inbound' as source,
        purchase_order_line_id,
        purchase_order_id,
        nullif(expected_date, 'infinity'::date) as expected_date,
        quantity
    from given
    where purchase_order_line_id is not null

    union all

    select
        wanted.order_line_id,
        'lead_time' as source,
        null::bigint as purchase_order_line_id,
        null::bigint as purchase_order_id,
        null::date as expected_date,
        wanted.open_quantity - wanted.there_quantity - coalesce(given_sums.quantity, 0) as quantity
    from wanted
    left join given_sums on wanted.order_line_id = given_sums.order_line_id

),

dated as (

    select
        sources.*,
        lines.order_id,
        lines.line_number,
        lines.product_id,
        lines.sku,
        case
            when sources.source = 'stock' then null
            when sources.expected_date >= settings.today then sources.expected_date + settings.receiving_days
            when told.promise_date >= settings.today then told.promise_date
            else settings.today + coalesce(lead_times.lead_time_days, settings.lead_time_days) + settings.receiving_days
        end as promise_date
    from sources
    inner join lines on sources.order_line_id = lines.order_line_id
    cross join settings
    left join {{ ref("int_lead_times") }} as lead_times on lines.product_id = lead_times.product_id
    left join told on sources.order_line_id = told.order_line_id
    where sources.quantity > 0

)

select
    order_line_id || ':' || source || coalesce(':' || purchase_order_line_id, '') as allocation_id,
    order_id,
    order_line_id,
    line_number,
    product_id,
    sku,
    quantity,
    source,
    purchase_order_line_id,
    purchase_order_id,
    expected_date,
    promise_date,
    {{ var("build_id") }}::bigint as build_id
from dated
