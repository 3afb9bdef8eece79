{{ config(materialized="table", indexes=[{"columns": ["order_id_odoo", "product_id_odoo"], "unique": true}]) }}

-- Of web orders in work that Odoo knows: what it has set aside for each, and what we boxed of it that Odoo has not sent yet.
with sent as (

    select
        order_id_odoo,
        product_id_odoo,
        sum(shipped_quantity + boxed_quantity) as quantity
    from {{ ref("int_order_lines_to_send") }}
    where order_id_odoo is not null and product_id_odoo is not null
    group by order_id_odoo, product_id_odoo

),

picked as (

    select
        pickings.sale_order_id_odoo as order_id_odoo,
        moves.product_id_odoo,
        sum(moves.moved_quantity) as quantity
    from {{ ref("stg_odoo__stock_picking") }} as pickings
    inner join {{ ref("stg_odoo__stock_move") }} as moves on pickings.picking_id = moves.picking_id
    where
        pickings.sale_order_id_odoo in (select sent.order_id_odoo from sent)
        and pickings.state = 'done'
        and pickings.picking_type = 'outgoing'
        and not pickings.is_deleted
        and moves.state = 'done'
        and not moves.is_deleted
    group by pickings.sale_order_id_odoo, moves.product_id_odoo

)

select
    sent.order_id_odoo,
    sent.product_id_odoo,
    coalesce(waiting.reserved_quantity, 0) as reserved_quantity,
    greatest(sent.quantity - coalesce(picked.quantity, 0), 0) as boxed_quantity,
    {{ var("build_id") }}::bigint as build_id
from sent
left join picked on sent.order_id_odoo = picked.order_id_odoo and sent.product_id_odoo = picked.product_id_odoo
left join {{ ref("int_sale_orders_waiting") }} as waiting
    on sent.order_id_odoo = waiting.order_id_odoo and sent.product_id_odoo = waiting.product_id_odoo
