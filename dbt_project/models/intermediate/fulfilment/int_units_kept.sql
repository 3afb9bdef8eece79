{{ config(materialized="table", indexes=[{"columns": ["order_line_id"]}, {"columns": ["product_id"]}]) }}

-- Which units must be set aside so that every promise that stands is kept: for each the latest that comes by its day, so that
-- the earlier ones are left to the queue. Where not all can be kept, the first that was promised goes back to the queue.
with promised as (

    select
        standing.*,
        wanted.order_id,
        wanted.line_number,
        wanted.paid_at
    from {{ ref("int_promises_standing") }} as standing
    inner join {{ ref("int_units_wanted") }} as wanted on standing.order_line_id = wanted.order_line_id

),

promised_by_day as (

    select
        product_id,
        due_date,
        sum(quantity) as quantity
    from promised
    group by product_id, due_date

),

supplies as (

    select
        supplied.product_id,
        supplied.purchase_order_line_id,
        supplied.expected_date,
        supplied.quantity,
        (
            select coalesce(sum(by_day.quantity), 0)
            from promised_by_day as by_day
            where by_day.product_id = supplied.product_id and by_day.due_date >= supplied.expected_date
        ) as promised_from_here
    from {{ ref("int_units_supplied") }} as supplied
    where supplied.product_id in (select promised_by_day.product_id from promised_by_day)

),

-- From the last delivery back: what is not needed by a promise of its day or later is left over.
from_the_end as (

    select
        *,
        sum(quantity) over from_here as supplied_from_here,
        greatest(
            max(supplied_so_far - promised_from_here) over from_here, 0
        ) as left_from_here
    from (
        select
            supplies.*,
            sum(supplies.quantity) over (
                partition by supplies.product_id
                order by supplies.expected_date desc, supplies.purchase_order_line_id desc nulls last
            ) as supplied_so_far
        from supplies
    ) as summed
    window from_here as (
        partition by product_id order by expected_date desc, purchase_order_line_id desc nulls last
    )

),

set_aside as (

    select
        product_id,
        purchase_order_line_id,
        expected_date,
        (supplied_from_here - left_from_here) - lag(supplied_from_here - left_from_here, 1, 0::numeric) over (
            partition by product_id order by expected_date desc, purchase_order_line_id desc nulls last
        ) as quantity
    from from_the_end

),

set_aside_in_turn as (

    select
        *,
        sum(quantity) over (
            partition by product_id order by expected_date, purchase_order_line_id nulls first
        ) as quantity_to_here
    from set_aside
    where quantity > 0

),

set_aside_sums as (

    select
        product_id,
        sum(quantity) as quantity
    from set_aside
    group by product_id

),

-- The promises that can be kept: all, or the last of them.
kept as (

    select
        ranked.*,
        greatest(
            least(ranked.quantity, coalesce(set_aside_sums.quantity, 0) - (ranked.quantity_to_here - ranked.quantity)), 0
        ) as kept_quantity
    from (
        select
            promised.*,
            sum(promised.quantity) over (
                partition by promised.product_id
                order by
                    promised.due_date desc, promised.paid_at, promised.order_id, promised.line_number,
                    promised.order_line_id
            ) as quantity_to_here
        from promised
    ) as ranked
    left join set_aside_sums on ranked.product_id = set_aside_sums.product_id

),

kept_in_turn as (

    select
        *,
        sum(kept_quantity) over (
            partition by product_id order by due_date, paid_at, order_id, line_number, order_line_id
        ) as kept_to_here
    from kept
    where kept_quantity > 0

)

select
    kept.product_id,
    kept.order_line_id,
    units.purchase_order_line_id,
    sum(
        least(kept.kept_to_here, units.quantity_to_here)
        - greatest(kept.kept_to_here - kept.kept_quantity, units.quantity_to_here - units.quantity)
    ) as quantity,
    {{ var("build_id") }}::bigint as build_id
from kept_in_turn as kept
inner join set_aside_in_turn as units
    on
        kept.product_id = units.product_id
        and kept.kept_to_here > units.quantity_to_here - units.quantity
        and units.quantity_to_here > kept.kept_to_here - kept.kept_quantity
group by kept.product_id, kept.order_line_id, units.purchase_order_line_id
