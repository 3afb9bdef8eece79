{{ config(materialized="table", indexes=[{"columns": ["order_line_id"]}, {"columns": ["product_id"]}]) }}

-- Which unit is whose, in two plans. 'queue': who paid first is served first, from the shelf, then from the first delivery.
-- 'kept': the same, after what must be set aside for the promises that stand (only of products of which there are any). Odoo's
-- own sale orders have their shelf set aside by Odoo; for deliveries they wait in the same queue.
with wanted as (

    select * from {{ ref("int_units_wanted") }}
    where wanted_quantity > 0 and product_id is not null

),

supplies as (

    select * from {{ ref("int_units_supplied") }}

),

kept as (

    select
        *,
        'kept' as plan
    from {{ ref("int_units_kept") }}

),

plans as (

    select distinct
        product_id,
        'queue' as plan
    from wanted

    union all

    select distinct
        product_id,
        'kept' as plan
    from kept

),

kept_for_lines as (

    select
        plan,
        order_line_id,
        sum(quantity) as quantity
    from kept
    group by plan, order_line_id

),

kept_of_supplies as (

    select
        plan,
        product_id,
        purchase_order_line_id,
        sum(quantity) as quantity
    from kept
    group by plan, product_id, purchase_order_line_id

),

waiting as (

    select
        plans.plan,
        wanted.product_id,
        wanted.order_line_id,
        wanted.order_id,
        wanted.line_number,
        wanted.paid_at,
        wanted.wanted_quantity - coalesce(kept_for_lines.quantity, 0) as quantity,
        sum(wanted.wanted_quantity - coalesce(kept_for_lines.quantity, 0)) over (
            partition by plans.plan, wanted.product_id
            order by wanted.paid_at, wanted.order_id, wanted.line_number, wanted.order_line_id
        ) as quantity_to_here
    from wanted
    inner join plans on wanted.product_id = plans.product_id
    left join kept_for_lines
        on plans.plan = kept_for_lines.plan and wanted.order_line_id = kept_for_lines.order_line_id

),

supplies_left as (

    select
        plans.plan,
        supplies.product_id,
        supplies.purchase_order_line_id,
        supplies.expected_date,
        supplies.quantity - coalesce(kept.quantity, 0) as quantity
    from supplies
    inner join plans on supplies.product_id = plans.product_id
    left join kept_of_supplies as kept
        on
            plans.plan = kept.plan
            and supplies.product_id = kept.product_id
            and supplies.purchase_order_line_id is not distinct from kept.purchase_order_line_id

),

from_the_shelf as (

    select
        waiting.plan,
        waiting.product_id,
        waiting.order_line_id,
        least(waiting.quantity, shelf.quantity - (waiting.quantity_to_here - waiting.quantity)) as quantity
    from waiting
    inner join supplies_left as shelf on waiting.plan = shelf.plan and waiting.product_id = shelf.product_id
    where
        shelf.purchase_order_line_id is null
        and waiting.quantity > 0
        and shelf.quantity > waiting.quantity_to_here - waiting.quantity

),

-- Sale orders of Odoo's own: not those that are web orders of ours.
others as (

    select
        plans.plan,
        products.product_id,
        sales.order_id_odoo,
        sales.waits_since,
        sales.missing_quantity
    from {{ ref("int_sale_orders_waiting") }} as sales
    inner join {{ ref("products") }} as products on sales.product_id_odoo = products.product_id_odoo
    inner join plans on products.product_id = plans.product_id
    where
        sales.missing_quantity > 0
        and sales.order_id_odoo not in (
            select lines.order_id_odoo
            from {{ ref("int_order_lines_to_send") }} as lines
            where lines.order_id_odoo is not null
        )

),

still_waiting as (

    select
        waiting.plan,
        waiting.product_id,
        waiting.order_line_id,
        waiting.paid_at as waits_since,
        waiting.order_id,
        waiting.line_number,
        waiting.quantity - coalesce(from_the_shelf.quantity, 0) as quantity
    from waiting
    left join from_the_shelf
        on waiting.plan = from_the_shelf.plan and waiting.order_line_id = from_the_shelf.order_line_id

    union all

    select
        plan,
        product_id,
        null::text as order_line_id,
        waits_since,
        'odoo_sale:' || order_id_odoo as order_id,
        0 as line_number,
        missing_quantity as quantity
    from others

),

still_waiting_in_turn as (

    select
        *,
        sum(quantity) over (
            partition by plan, product_id order by waits_since, order_id, line_number, order_line_id
        ) as quantity_to_here
    from still_waiting
    where quantity > 0

),

deliveries_in_turn as (

    select
        *,
        sum(quantity) over (
            partition by plan, product_id order by expected_date, purchase_order_line_id
        ) as quantity_to_here
    from supplies_left
    where purchase_order_line_id is not null and quantity > 0

),

from_deliveries as (

    select
        waiting.plan,
        waiting.product_id,
        waiting.order_line_id,
        deliveries.purchase_order_line_id,
        least(waiting.quantity_to_here, deliveries.quantity_to_here)
        - greatest(
            waiting.quantity_to_here - waiting.quantity, deliveries.quantity_to_here - deliveries.quantity
        ) as quantity
    from still_waiting_in_turn as waiting
    inner join deliveries_in_turn as deliveries
        on
            waiting.plan = deliveries.plan
            and waiting.product_id = deliveries.product_id
            and waiting.quantity_to_here > deliveries.quantity_to_here - deliveries.quantity
            and deliveries.quantity_to_here > waiting.quantity_to_here - waiting.quantity
    where waiting.order_line_id is not null

),

given as (

    select
        plan,
        product_id,
        order_line_id,
        purchase_order_line_id,
        quantity
    from kept

    union all

    select
        plan,
        product_id,
        order_line_id,
        null::bigint as purchase_order_line_id,
        quantity
    from from_the_shelf

    union all

    select * from from_deliveries

)

select
    given.plan,
    given.product_id,
    given.order_line_id,
    given.purchase_order_line_id,
    max(supplies.purchase_order_id) as purchase_order_id,
    max(supplies.expected_date) as expected_date,
    sum(given.quantity) as quantity,
    {{ var("build_id") }}::bigint as build_id
from given
inner join supplies
    on
        given.product_id = supplies.product_id
        and given.purchase_order_line_id is not distinct from supplies.purchase_order_line_id
group by given.plan, given.product_id, given.order_line_id, given.purchase_order_line_id
