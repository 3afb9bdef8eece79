{{ config(
    unique_key="purchase_order_id",
    meta={"changed": "int_open_purchase_orders_changed"},
    indexes=[
        {"columns": ["purchase_order_line_id"], "unique": true},
        {"columns": ["purchase_order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- What suppliers still owe on confirmed purchase orders, and where it will arrive: the location of the receipt that is
    still open, null where there is none. -#}
with orders as (

    select *
    from {{ ref("stg_odoo__purchase_order") }}
    {{ where_changed("purchase_order_id", "int_open_purchase_orders_changed") }}
        -- Odoo up to 18 also had done: confirmed and locked.
        and state in ('purchase', 'done')
        and not is_deleted

),

lines as (

    select *
    from {{ ref("stg_odoo__purchase_order_line") }}
    {{ where_changed("purchase_order_id", "int_open_purchase_orders_changed") }}
        and not is_deleted
        and product_id_odoo is not null
        and ordered_quantity > coalesce(received_quantity, 0)

),

receipts as (

    select
        purchase_order_line_id,
        min(destination_location_id) as location_id
    from {{ ref("stg_odoo__stock_move") }}
    where
        purchase_order_line_id in (select lines.purchase_order_line_id from lines)
        and state not in ('done', 'cancel', 'draft')
        and not is_deleted
    group by purchase_order_line_id

)

select
    lines.purchase_order_line_id,
    lines.purchase_order_id,
    lines.product_id_odoo,
    receipts.location_id,
    lines.ordered_quantity - coalesce(lines.received_quantity, 0) as open_quantity,
    coalesce(lines.expected_at, orders.expected_at) as expected_at,
    {{ var("build_id") }}::bigint as build_id
from lines
inner join orders on lines.purchase_order_id = orders.purchase_order_id
left join receipts on lines.purchase_order_line_id = receipts.purchase_order_line_id
