{{ config(materialized="table", indexes=[{"columns": ["order_id_odoo", "product_id_odoo"]}]) }}

-- By sale order and product, what Odoo still has to send: set aside on any step of the way, and not there yet.
with moves as (

    select
        pickings.sale_order_id_odoo as order_id_odoo,
        pickings.picking_type,
        moves.*
    from {{ ref("int_open_stock_moves") }} as moves
    inner join {{ ref("stg_odoo__stock_picking") }} as pickings on moves.picking_id = pickings.picking_id
    where
        pickings.picking_type in ('outgoing', 'internal')
        and pickings.state not in ('done', 'cancel', 'draft')
        and not pickings.is_deleted
        and pickings.sale_order_id_odoo is not null

)

select
    order_id_odoo,
    product_id_odoo,
    sum(reserved_quantity) as reserved_quantity,
    greatest(
        coalesce(sum(demanded_quantity) filter (where picking_type = 'outgoing'), 0) - sum(reserved_quantity), 0
    ) as missing_quantity,
    min(created_at) as waits_since,
    {{ var("build_id") }}::bigint as build_id
from moves
group by order_id_odoo, product_id_odoo
