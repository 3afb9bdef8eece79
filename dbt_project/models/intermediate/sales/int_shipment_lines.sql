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

-- What of a web order left when: its pickings in Odoo, as far as it was typed in there; completing it in the shop sends
-- all that is left. Units given back before that are not sent any more.
with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and channel = 'web'

),

order_lines as (

    select
        *,
        sum(quantity) over (partition by order_id, product_id_odoo order by line_number, order_line_id) as quantity_to_here
    from {{ ref("int_order_lines_unioned") }}
    where order_id in (select orders.order_id from orders) and quantity > 0

),

linked as (

    select * from {{ ref("int_orders_linked") }}
    where order_id in (select orders.order_id from orders)

),

-- What leaves the warehouse after the shop called the order complete has been sent already.
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

picked_in_turn as (

    select
        *,
        sum(quantity) over (partition by order_id, product_id_odoo order by done_at, picking_id) as quantity_to_here
    from picked

),

-- Two lines of one product: the first is served first.
picked_lines as (

    select
        order_lines.order_id,
        order_lines.order_line_id,
        'odoo:' || picked.picking_id as shipment_id,
        picked.picking_id as picking_id_odoo,
        picked.done_at as shipped_at,
        least(picked.quantity_to_here, order_lines.quantity_to_here)
        - greatest(
            picked.quantity_to_here - picked.quantity, order_lines.quantity_to_here - order_lines.quantity
        ) as quantity
    from order_lines
    inner join picked_in_turn as picked
        on order_lines.order_id = picked.order_id and order_lines.product_id_odoo = picked.product_id_odoo
    where
        picked.quantity_to_here > order_lines.quantity_to_here - order_lines.quantity
        and order_lines.quantity_to_here > picked.quantity_to_here - picked.quantity

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
        null::bigint as picking_id_odoo,
        orders.completed_at as shipped_at,
        order_lines.quantity - coalesce(picked_sums.quantity, 0) - coalesce(refunded_sums.quantity, 0) as quantity
    from orders
    inner join order_lines on orders.order_id = order_lines.order_id
    left join picked_sums on order_lines.order_line_id = picked_sums.order_line_id
    left join refunded_sums on order_lines.order_line_id = refunded_sums.order_line_id
    where orders.completed_at is not null

),

unioned as (

    select * from picked_lines

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
