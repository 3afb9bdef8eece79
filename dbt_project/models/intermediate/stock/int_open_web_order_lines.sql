{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["product_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- What the web shop sold and Odoo does not know of: lines of web orders that wait for their goods, less what was
    refunded. A web order typed into Odoo and confirmed there is set aside by Odoo itself. A pending order counts where
    the shop already took it off its own stock. Only open lines are kept, so the table stays as small as the open work. -#}
with orders as (

    select
        order_id,
        status,
        created_at
    from {{ ref("int_woocommerce_orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
        and status in ('pending', 'on_hold', 'processing')
        and not is_deleted

),

links as (

    select *
    from {{ ref("int_orders_linked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

lines as (

    select *
    from {{ ref("int_woocommerce_order_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    lines.order_line_id,
    lines.order_id,
    lines.product_id,
    lines.sku,
    orders.status,
    lines.quantity - coalesce(lines.refunded_quantity, 0) as open_quantity,
    orders.created_at,
    {{ var("build_id") }}::bigint as build_id
from lines
inner join orders on lines.order_id = orders.order_id
left join links on lines.order_id = links.order_id
where
    lines.quantity > coalesce(lines.refunded_quantity, 0)
    and (orders.status <> 'pending' or lines.stock_reduced_quantity > 0)
    and links.is_reserved_in_odoo is not true
