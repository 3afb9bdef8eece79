{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["shipment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Shipments of web orders. Shipping, fees and their tax go with the goods in proportion to their value (their number where
-- they are given away), each share rounded with those before it; the last shipment takes what is left of the order.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and channel = 'web'

),

lines as (

    select * from {{ ref("int_shipment_lines") }}
    where order_id in (select orders.order_id from orders)

),

order_lines as (

    select
        order_id,
        sum(total_amount) as goods_amount,
        sum(quantity) as quantity,
        sum(tax_amount) as tax_amount
    from {{ ref("int_order_lines_unioned") }}
    where order_id in (select orders.order_id from orders) and quantity > 0
    group by order_id

),

shipped as (

    select
        shipment_id,
        order_id,
        system,
        picking_id_odoo,
        shipped_at,
        sum(quantity) as quantity,
        sum(goods_amount) as goods_amount,
        sum(tax_amount) as goods_tax_amount
    from lines
    group by shipment_id, order_id, system, picking_id_odoo, shipped_at

),

running as (

    select
        *,
        row_number() over in_turn as shipment_number,
        sum(quantity) over in_turn as quantity_to_here,
        sum(goods_amount) over in_turn as goods_to_here
    from shipped
    window in_turn as (partition by order_id order by shipped_at, shipment_id)

),

-- What was given back by then is not sent any more, whether it had left or not.
counted as (

    select
        running.*,
        order_lines.quantity as ordered_quantity,
        order_lines.goods_amount as ordered_goods_amount,
        order_lines.tax_amount as ordered_tax_amount,
        running.quantity_to_here + coalesce(
            (
                select sum(refunded.quantity)
                from {{ ref("int_refund_lines_restocked") }} as refunded
                where refunded.order_id = running.order_id and refunded.refunded_at < running.shipped_at
            ),
            0
        ) >= order_lines.quantity or running.system = 'woocommerce' as is_last
    from running
    inner join order_lines on running.order_id = order_lines.order_id

),

shared as (

    select
        *,
        case
            when is_last then 1
            when ordered_goods_amount > 0 then goods_to_here / ordered_goods_amount
            else quantity_to_here / ordered_quantity
        end as share_to_here
    from counted

),

-- After a last shipment (units given back had left before) nothing is left to share.
in_turn as (

    select
        *,
        coalesce(
            max(share_to_here) over (
                partition by order_id order by shipment_number rows between unbounded preceding and 1 preceding
            ),
            0
        ) as share_before
    from shared

),

divided as (

    select
        in_turn.*,
        orders.order_id_woocommerce,
        orders.currency,
        orders.total_amount as order_total_amount,
        {{ money("orders.shipping_amount * greatest(in_turn.share_to_here, in_turn.share_before)") }}
        - {{ money("orders.shipping_amount * in_turn.share_before") }} as shipping_amount,
        {{ money("orders.fee_amount * greatest(in_turn.share_to_here, in_turn.share_before)") }}
        - {{ money("orders.fee_amount * in_turn.share_before") }} as fee_amount,
        in_turn.goods_tax_amount
        + {{ money("(orders.tax_amount - in_turn.ordered_tax_amount) * greatest(in_turn.share_to_here, in_turn.share_before)") }}
        - {{ money("(orders.tax_amount - in_turn.ordered_tax_amount) * in_turn.share_before") }} as tax_amount,
        case when in_turn.is_last and in_turn.share_before < 1 then orders.rounding_amount else 0 end as rounding_amount
    from in_turn
    inner join orders on in_turn.order_id = orders.order_id

),

business as (

    select * from {{ ref("stg_settings__business") }}

)

select
    divided.shipment_id,
    divided.order_id,
    divided.order_id_woocommerce,
    divided.system,
    divided.picking_id_odoo,
    divided.shipment_number::integer as shipment_number,
    divided.is_last,
    divided.currency,
    divided.goods_amount,
    divided.shipping_amount,
    divided.fee_amount,
    divided.tax_amount,
    divided.rounding_amount,
    divided.goods_amount + divided.shipping_amount + divided.fee_amount + divided.tax_amount + divided.rounding_amount
        as total_amount,
    divided.shipped_at,
    (divided.shipped_at at time zone business.time_zone)::date as shipped_date,
    {{ var("build_id") }}::bigint as build_id
from divided
left join business on true
