{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["deferral_move_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["cause_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- How what was deferred of an order is used up, shipment by shipment and refund by refund, line by line: units that leave
-- take their part along; units given back do so first with those that have not left; an amount given back without units takes
-- its proportion. The last units of a line take all that is left of it, so that the deferral ends at exactly zero.
with recursive deferrals as (

    select * from {{ ref("int_order_deferrals") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

lines as (

    select
        order_lines.order_id,
        order_lines.order_line_id,
        order_lines.line_number,
        order_lines.backordered_quantity,
        {{ money("order_lines.total_amount * order_lines.backordered_quantity / order_lines.quantity") }} as goods_amount,
        {{ money("order_lines.subtotal_amount * order_lines.backordered_quantity / order_lines.quantity") }}
        - {{ money("order_lines.total_amount * order_lines.backordered_quantity / order_lines.quantity") }} as discount_amount
    from {{ ref("int_order_lines_unioned") }} as order_lines
    where
        order_lines.order_id in (select deferrals.order_id from deferrals)
        and order_lines.quantity > 0
        and order_lines.backordered_quantity > 0
        and not {{ is_gift_card("order_lines.sku") }}

),

-- Shipping on the lines by their value, or by their number; each share is rounded with those before it.
weighed as (

    select
        lines.*,
        deferrals.shipping_amount as all_shipping_amount,
        case when deferrals.goods_amount > 0 then lines.goods_amount else lines.backordered_quantity end as weight
    from lines
    inner join deferrals on lines.order_id = deferrals.order_id

),

placed as (

    select
        *,
        sum(weight) over (partition by order_id order by line_number, order_line_id) as weight_to_here,
        sum(weight) over (partition by order_id) as weight_in_all
    from weighed

),

opened as (

    select
        order_id,
        order_line_id,
        backordered_quantity,
        goods_amount,
        discount_amount,
        {{ money("all_shipping_amount * weight_to_here / weight_in_all") }}
        - {{ money("all_shipping_amount * (weight_to_here - weight) / weight_in_all") }} as shipping_amount
    from placed

),

shipments as (

    select
        shipment_id,
        order_id,
        min(shipped_at) as shipped_at,
        bool_or(system = 'woocommerce') as is_completion
    from {{ ref("int_shipment_lines") }}
    where order_id in (select deferrals.order_id from deferrals)
    group by shipment_id, order_id

),

-- Of an amount that names no units: the part of what is left of the goods, and of shipping, that it gives back.
refunds as (

    select
        numbered.order_id,
        numbered.refund_id,
        numbered.refunded_at,
        coalesce(
            max(
                (parts.amount - parts.named_amount) / nullif(parts.left_before_amount - parts.named_amount, 0)
            ) filter (where parts.part = 'goods'),
            0
        ) as goods_share,
        coalesce(
            max(parts.amount / nullif(parts.left_before_amount, 0)) filter (where parts.part = 'shipping'),
            0
        ) as shipping_share
    from {{ ref("int_refunds_numbered") }} as numbered
    left join {{ ref("int_refund_parts") }} as parts on numbered.refund_id = parts.refund_id
    where numbered.order_id in (select deferrals.order_id from deferrals)
    group by numbered.order_id, numbered.refund_id, numbered.refunded_at

),

causes as (

    select
        order_id,
        'shipment' as cause,
        shipment_id as cause_id,
        shipped_at as happened_at,
        is_completion as takes_all,
        0::numeric as goods_share,
        0::numeric as shipping_share
    from shipments

    union all

    select
        order_id,
        'refund' as cause,
        refund_id as cause_id,
        refunded_at as happened_at,
        false as takes_all,
        goods_share,
        shipping_share
    from refunds

),

numbered as (

    select
        *,
        row_number() over (partition by order_id order by happened_at, cause desc, cause_id) as move_number
    from causes

),

units as (

    select
        shipment_id as cause_id,
        order_line_id,
        backordered_quantity as quantity
    from {{ ref("int_shipment_lines") }}
    where order_id in (select deferrals.order_id from deferrals)

    union all

    select
        refund_id as cause_id,
        order_line_id,
        sum(quantity) as quantity
    from {{ ref("int_refund_lines_restocked") }}
    where order_id in (select deferrals.order_id from deferrals)
    group by refund_id, order_line_id

),

running as (

    select
        order_id,
        order_line_id,
        0::bigint as move_number,
        null::text as cause,
        null::text as cause_id,
        backordered_quantity as left_quantity,
        goods_amount as left_goods_amount,
        discount_amount as left_discount_amount,
        shipping_amount as left_shipping_amount,
        0::numeric as goods_amount,
        0::numeric as discount_amount,
        0::numeric as shipping_amount
    from opened

    union all

    (
        with taken as (

            select
                running.*,
                numbered.move_number as next_move_number,
                numbered.cause as next_cause,
                numbered.cause_id as next_cause_id,
                numbered.goods_share,
                numbered.shipping_share,
                case
                    when numbered.takes_all then running.left_quantity
                    else least(coalesce(units.quantity, 0), running.left_quantity)
                end as taken_quantity
            from running
            inner join numbered on running.order_id = numbered.order_id and running.move_number + 1 = numbered.move_number
            left join units on numbered.cause_id = units.cause_id and running.order_line_id = units.order_line_id

        ),

        by_units as (

            select
                *,
                case
                    when left_quantity = taken_quantity then left_goods_amount
                    else {{ money("left_goods_amount * taken_quantity / left_quantity") }}
                end as unit_goods_amount,
                case
                    when left_quantity = taken_quantity then left_discount_amount
                    else {{ money("left_discount_amount * taken_quantity / left_quantity") }}
                end as unit_discount_amount,
                case
                    when left_quantity = taken_quantity then left_shipping_amount
                    when next_cause = 'shipment' then {{ money("left_shipping_amount * taken_quantity / left_quantity") }}
                    else {{ money("left_shipping_amount * shipping_share") }}
                end as moved_shipping_amount
            from taken

        ),

        moved as (

            select
                *,
                unit_goods_amount + {{ money("(left_goods_amount - unit_goods_amount) * goods_share") }} as moved_goods_amount,
                unit_discount_amount
                + {{ money("(left_discount_amount - unit_discount_amount) * goods_share") }} as moved_discount_amount
            from by_units

        )

        select
            order_id,
            order_line_id,
            next_move_number as move_number,
            next_cause as cause,
            next_cause_id as cause_id,
            left_quantity - taken_quantity as left_quantity,
            left_goods_amount - moved_goods_amount as left_goods_amount,
            left_discount_amount - moved_discount_amount as left_discount_amount,
            left_shipping_amount - moved_shipping_amount as left_shipping_amount,
            moved_goods_amount as goods_amount,
            moved_discount_amount as discount_amount,
            moved_shipping_amount as shipping_amount
        from moved
    )

),

summed as (

    select
        order_id,
        move_number,
        cause,
        cause_id,
        sum(goods_amount) as goods_amount,
        sum(discount_amount) as discount_amount,
        sum(shipping_amount) as shipping_amount,
        sum(left_goods_amount + left_shipping_amount) as left_amount
    from running
    where move_number > 0
    group by order_id, move_number, cause, cause_id

)

select
    cause || ':' || cause_id as deferral_move_id,
    order_id,
    move_number,
    cause,
    cause_id,
    goods_amount,
    discount_amount,
    shipping_amount,
    -- What is still deferred before and after it: in another currency the difference of the two is what leaves the account.
    left_amount + goods_amount + shipping_amount as left_before_amount,
    left_amount,
    {{ var("build_id") }}::bigint as build_id
from summed
