{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["shipment_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["shipment_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What of a web order left when: boxes of ours that the carrier has; its pickings in Odoo, as far as it was typed in there;
-- completing it in the shop sends all that is left. Units given back before that are not sent any more. A box of ours that is
-- also picked in Odoo has left once: what is picked there after our label was bought is the box, as far as it goes.
with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and channel = 'web'

),

committed as (

    select committed.*
    from {{ ref("int_shipment_lines_committed") }} as committed
    inner join orders on committed.order_id = orders.order_id
    where not committed.is_voided and committed.committed_at <= coalesce(orders.completed_at, 'infinity'::timestamptz)

),

committed_sums as (

    select
        order_line_id,
        sum(quantity) as quantity
    from committed
    group by order_line_id

),

order_lines as (

    select
        order_lines.*,
        coalesce(committed_sums.quantity, 0) as our_quantity,
        -- What is left for pickings that are none of ours.
        greatest(order_lines.quantity - coalesce(committed_sums.quantity, 0), 0) as other_quantity
    from {{ ref("int_order_lines_unioned") }} as order_lines
    left join committed_sums on order_lines.order_line_id = committed_sums.order_line_id
    where order_lines.order_id in (select orders.order_id from orders) and order_lines.quantity > 0

),

lines_in_turn as (

    select
        *,
        sum(other_quantity) over (partition by order_id, product_id_odoo order by line_number, order_line_id)
            as quantity_to_here
    from order_lines

),

-- Pickings that we did in Odoo ourselves.
deliveries as (

    select
        shipment_id,
        target_id
    from {{ ref("int_fulfilment_writes") }}
    where order_id in (select orders.order_id from orders) and kind = 'delivery' and is_done and target_id is not null

),

linked as (

    select * from {{ ref("int_orders_linked") }}
    where order_id in (select orders.order_id from orders)

),

-- What leaves the warehouse after the shop called the order complete has been sent already. Where the flow is off, what is
-- picked in Odoo says nothing of web orders.
pickings as (

    select
        linked.order_id,
        pickings.picking_id,
        pickings.done_at
    from linked
    inner join {{ ref("stg_odoo__stock_picking") }} as pickings on linked.order_id_odoo = pickings.sale_order_id_odoo
    inner join orders on linked.order_id = orders.order_id
    where
        pickings.state = 'done'
        and pickings.picking_type = 'outgoing'
        and not pickings.is_deleted
        and pickings.done_at <= coalesce(orders.completed_at, 'infinity'::timestamptz)
        and pickings.picking_id::text not in (select deliveries.target_id from deliveries)
        and not exists (
            select 1 from {{ ref("stg_settings__flows") }} as flows
            where flows.flow = 'deliveries' and flows.direction = 'off'
        )

),

picked as (

    select
        pickings.order_id,
        pickings.picking_id,
        pickings.done_at,
        moves.product_id_odoo,
        sum(moves.moved_quantity) as quantity
    from pickings
    inner join {{ ref("stg_odoo__stock_move") }} as moves on pickings.picking_id = moves.picking_id
    where moves.state = 'done' and not moves.is_deleted and moves.moved_quantity > 0
    group by pickings.order_id, pickings.picking_id, pickings.done_at, moves.product_id_odoo

),

-- Boxes of ours that somebody may pick in Odoo.
boxes as (

    select
        *,
        sum(quantity) over (partition by order_id, product_id_odoo order by committed_at, shipment_id) as quantity_to_here
    from (
        select
            committed.order_id,
            order_lines.product_id_odoo,
            committed.shipment_id,
            committed.committed_at,
            sum(committed.quantity) as quantity
        from committed
        inner join order_lines on committed.order_line_id = order_lines.order_line_id
        where committed.shipment_id not in (select deliveries.shipment_id from deliveries)
        group by committed.order_id, order_lines.product_id_odoo, committed.shipment_id, committed.committed_at
    ) as summed

),

boxed_by_then as (

    select
        picked.picking_id,
        picked.product_id_odoo,
        sum(boxes.quantity) as quantity
    from picked
    inner join boxes
        on
            picked.order_id = boxes.order_id
            and picked.product_id_odoo = boxes.product_id_odoo
            and picked.done_at >= boxes.committed_at
    group by picked.picking_id, picked.product_id_odoo

),

picked_before as (

    select
        picked.*,
        sum(picked.quantity) over (
            partition by picked.order_id, picked.product_id_odoo order by picked.done_at, picked.picking_id
        ) as picked_to_here,
        coalesce(boxed_by_then.quantity, 0) as boxed_to_here
    from picked
    left join boxed_by_then
        on picked.picking_id = boxed_by_then.picking_id and picked.product_id_odoo = boxed_by_then.product_id_odoo

),

-- What was picked beyond the boxes that were ready by then is no box of ours.
picked_beside as (

    select
        *,
        greatest(
            max(picked_to_here - boxed_to_here) over (
                partition by order_id, product_id_odoo order by done_at, picking_id
            ),
            0
        ) as quantity_to_here
    from picked_before

),

picked_in_turn as (

    select
        *,
        quantity_to_here - lag(quantity_to_here, 1, 0::numeric) over (
            partition by order_id, product_id_odoo order by done_at, picking_id
        ) as other_quantity
    from picked_beside

),

-- A box has left when all that is in it was picked.
boxes_picked as (

    select
        shipment_id,
        case when bool_and(picked_at is not null) then max(picked_at) end as picked_at
    from (
        select
            boxes.shipment_id,
            boxes.product_id_odoo,
            min(picked.done_at) as picked_at
        from boxes
        left join picked_in_turn as picked
            on
                boxes.order_id = picked.order_id
                and boxes.product_id_odoo = picked.product_id_odoo
                and boxes.quantity_to_here <= picked.picked_to_here - picked.quantity_to_here
        group by boxes.shipment_id, boxes.product_id_odoo
    ) as by_product
    group by shipment_id

),

our_lines as (

    select
        committed.order_id,
        committed.order_line_id,
        committed.shipment_id,
        'counterflow' as system,
        null::bigint as picking_id_odoo,
        least(committed.handed_over_at, boxes_picked.picked_at, orders.completed_at) as shipped_at,
        committed.quantity
    from committed
    inner join orders on committed.order_id = orders.order_id
    left join boxes_picked on committed.shipment_id = boxes_picked.shipment_id

),

-- Two lines of one product: the first is served first.
picked_lines as (

    select
        order_lines.order_id,
        order_lines.order_line_id,
        'odoo:' || picked.picking_id as shipment_id,
        'odoo' as system,
        picked.picking_id as picking_id_odoo,
        picked.done_at as shipped_at,
        least(picked.quantity_to_here, order_lines.quantity_to_here)
        - greatest(
            picked.quantity_to_here - picked.other_quantity, order_lines.quantity_to_here - order_lines.other_quantity
        ) as quantity
    from lines_in_turn as order_lines
    inner join picked_in_turn as picked
        on order_lines.order_id = picked.order_id and order_lines.product_id_odoo = picked.product_id_odoo
    where
        picked.other_quantity > 0
        and order_lines.other_quantity > 0
        and picked.quantity_to_here > order_lines.quantity_to_here - order_lines.other_quantity
        and order_lines.quantity_to_here > picked.quantity_to_here - picked.other_quantity

),

picked_sums as (

    select
        order_line_id,
        sum(quantity) as quantity
    from picked_lines
    group by order_line_id

),

refunded_sums as (

    select
        restocked.order_line_id,
        sum(restocked.quantity) as quantity
    from {{ ref("int_refund_lines_restocked") }} as restocked
    inner join orders on restocked.order_id = orders.order_id and restocked.refunded_at < orders.completed_at
    group by restocked.order_line_id

),

completed_lines as (

    select
        orders.order_id,
        order_lines.order_line_id,
        orders.order_id as shipment_id,
        'woocommerce' as system,
        null::bigint as picking_id_odoo,
        orders.completed_at as shipped_at,
        order_lines.other_quantity - coalesce(picked_sums.quantity, 0) - coalesce(refunded_sums.quantity, 0) as quantity
    from orders
    inner join order_lines on orders.order_id = order_lines.order_id
    left join picked_sums on order_lines.order_line_id = picked_sums.order_line_id
    left join refunded_sums on order_lines.order_line_id = refunded_sums.order_line_id
    where orders.completed_at is not null

),

unioned as (

    select * from picked_lines

    union all

    select * from our_lines
    where shipped_at is not null

    union all

    select * from completed_lines
    where quantity > 0

),

-- Each line's part of its amounts, rounded with what left before: the parts of a line that left whole make the whole.
summed as (

    select
        unioned.*,
        order_lines.line_number,
        order_lines.product_id,
        order_lines.product_id_odoo,
        order_lines.quantity as ordered_quantity,
        order_lines.backordered_quantity,
        order_lines.total_amount,
        order_lines.tax_amount,
        sum(unioned.quantity) over (
            partition by unioned.order_line_id order by unioned.shipped_at, unioned.shipment_id
        ) as shipped_to_here
    from unioned
    inner join order_lines on unioned.order_line_id = order_lines.order_line_id

)

select
    shipment_id || ':' || order_line_id as shipment_line_id,
    shipment_id,
    order_id,
    order_line_id,
    line_number,
    system,
    picking_id_odoo,
    product_id,
    product_id_odoo,
    quantity,
    shipped_to_here,
    -- What was in stock leaves first.
    greatest(shipped_to_here - (ordered_quantity - backordered_quantity), 0)
    - greatest(shipped_to_here - quantity - (ordered_quantity - backordered_quantity), 0) as backordered_quantity,
    {{ money("total_amount * shipped_to_here / ordered_quantity") }}
    - {{ money("total_amount * (shipped_to_here - quantity) / ordered_quantity") }} as goods_amount,
    {{ money("tax_amount * shipped_to_here / ordered_quantity") }}
    - {{ money("tax_amount * (shipped_to_here - quantity) / ordered_quantity") }} as tax_amount,
    shipped_at,
    {{ var("build_id") }}::bigint as build_id
from summed
