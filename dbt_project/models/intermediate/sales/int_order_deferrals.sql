{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- What of an order was not in stock when it was ordered: its revenue waits for the shipment. In the order's own currency,
-- and from facts of that moment only, so that it is the same before and after the goods leave.
with order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and quantity > 0

),

orders as (

    select
        order_id,
        shipping_amount
    from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

shared as (

    select
        order_id,
        quantity,
        backordered_quantity,
        total_amount,
        {{ money("subtotal_amount * backordered_quantity / quantity") }} as gross_amount,
        {{ money("total_amount * backordered_quantity / quantity") }} as net_amount
    from order_lines
    where not {{ is_gift_card("sku") }}

),

summed as (

    select
        order_id,
        sum(net_amount) as goods_amount,
        sum(gross_amount - net_amount) as discount_amount,
        sum(total_amount) as all_goods_amount,
        sum(backordered_quantity) as backordered_quantity,
        sum(quantity) as quantity
    from shared
    group by order_id
    having sum(backordered_quantity) > 0

),

-- Shipping follows the goods' value; where they are given away, their number.
proportioned as (

    select
        summed.*,
        orders.shipping_amount as all_shipping_amount,
        case
            when summed.backordered_quantity = summed.quantity then 1
            when summed.all_goods_amount > 0 then summed.goods_amount / summed.all_goods_amount
            else summed.backordered_quantity / summed.quantity
        end as share
    from summed
    inner join orders on summed.order_id = orders.order_id

)

select
    order_id,
    goods_amount,
    discount_amount,
    {{ money("all_shipping_amount * share") }} as shipping_amount,
    {{ var("build_id") }}::bigint as build_id
from proportioned
where goods_amount <> 0 or discount_amount <> 0 or {{ money("all_shipping_amount * share") }} <> 0
