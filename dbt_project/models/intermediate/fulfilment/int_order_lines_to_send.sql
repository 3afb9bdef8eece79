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

-- Lines of paid web orders that the shop still has to send, with how many units have left, are set in a box that may not change
-- any more, and are open. Only orders in work are kept, so that the table stays as small as the open work.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and channel = 'web'
    and status = 'processing'
    and paid_at is not null
    and not is_deleted
    and not is_quarantined

),

lines as (

    select * from {{ ref("int_woocommerce_order_lines") }}
    where
        order_id in (select orders.order_id from orders)
        and quantity > 0
        and not {{ is_gift_card("sku") }}
        and coalesce(product_id, '') not in (
            select unshipped.product_id
            from {{ ref("int_products_unshipped") }} as unshipped
            where not unshipped.is_deleted
        )

),

shipped as (

    select
        order_line_id,
        sum(quantity) as quantity
    from {{ ref("int_shipment_lines") }}
    where order_id in (select orders.order_id from orders)
    group by order_line_id

),

-- In a box that is ready, and not on its way yet.
boxed as (

    select
        committed.order_line_id,
        sum(committed.quantity) as quantity
    from {{ ref("int_shipment_lines_committed") }} as committed
    where
        committed.order_id in (select orders.order_id from orders)
        and not committed.is_voided
        and not exists (
            select 1 from {{ ref("int_shipment_lines") }} as sent
            where sent.shipment_id = committed.shipment_id
        )
    group by committed.order_line_id

),

-- Ours, on their way or not: what left Odoo's shelves without Odoo's knowing, until somebody tells it.
ours as (

    select
        order_line_id,
        sum(quantity) as quantity
    from {{ ref("int_shipment_lines_committed") }}
    where order_id in (select orders.order_id from orders) and not is_voided
    group by order_line_id

),

links as (

    select * from {{ ref("int_orders_linked") }}
    where order_id in (select orders.order_id from orders)

)

select
    lines.order_line_id,
    lines.order_id,
    orders.order_number,
    orders.customer_id,
    lines.line_number,
    lines.product_id,
    lines.product_id_odoo,
    lines.sku,
    lines.description as product_name,
    lines.quantity as ordered_quantity,
    lines.refunded_quantity,
    coalesce(shipped.quantity, 0) as shipped_quantity,
    coalesce(boxed.quantity, 0) as boxed_quantity,
    greatest(
        lines.quantity - lines.refunded_quantity - coalesce(shipped.quantity, 0) - coalesce(boxed.quantity, 0), 0
    ) as open_quantity,
    coalesce(ours.quantity, 0) as our_quantity,
    lines.backordered_quantity as backordered_at_sale_quantity,
    lines.total_amount,
    lines.tax_amount,
    orders.currency,
    orders.paid_at,
    orders.created_at as ordered_at,
    case when links.is_reserved_in_odoo then links.order_id_odoo end as order_id_odoo,
    {{ var("build_id") }}::bigint as build_id
from lines
inner join orders on lines.order_id = orders.order_id
left join shipped on lines.order_line_id = shipped.order_line_id
left join boxed on lines.order_line_id = boxed.order_line_id
left join ours on lines.order_line_id = ours.order_line_id
left join links on lines.order_id = links.order_id
