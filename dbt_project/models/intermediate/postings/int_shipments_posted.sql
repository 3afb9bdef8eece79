{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Backordered goods that left: what was deferred for them becomes revenue, at the rate that it came in at.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and is_ledger_due

),

shipments as (

    select * from {{ ref("shipments") }}
    where order_id in (select orders.order_id from orders)

),

moves as (

    select * from {{ ref("int_deferral_moves") }}
    where order_id in (select orders.order_id from orders) and cause = 'shipment'

),

releases as (

    select
        shipments.shipment_id,
        shipments.order_id,
        {{ shipment_event_id("shipments") }} as event_id,
        shipments.shipment_number,
        -- Not before the sale itself is in the books.
        greatest(shipments.shipped_date, orders.paid_date) as posting_date,
        orders.channel,
        orders.delivery_province,
        orders.order_number,
        orders.order_id_woocommerce,
        orders.currency,
        orders.is_in_books_currency,
        moves.goods_amount,
        moves.discount_amount,
        moves.shipping_amount,
        {{ money("moves.left_before_amount * orders.exchange_rate") }}
        - {{ money("moves.left_amount * orders.exchange_rate") }} as released_amount,
        {{ money("moves.discount_amount * orders.exchange_rate") }} as books_discount_amount,
        {{ money("moves.shipping_amount * orders.exchange_rate") }} as books_shipping_amount
    from shipments
    inner join moves on shipments.shipment_id = moves.cause_id
    inner join orders on shipments.order_id = orders.order_id

),

lines as (

    select
        releases.*,
        sides.position,
        sides.role,
        sides.what,
        sides.line_amount,
        sides.books_amount
    from releases
    cross join lateral (
        values
        (1, 'deferred_revenue', 'shipped', releases.goods_amount + releases.shipping_amount, releases.released_amount),
        (2, 'discounts', 'discount', releases.discount_amount, releases.books_discount_amount),
        (
            3, 'sales', 'goods', -releases.goods_amount - releases.discount_amount,
            -(releases.released_amount - releases.books_shipping_amount) - releases.books_discount_amount
        ),
        (4, 'shipping_revenue', 'shipping', -releases.shipping_amount, -releases.books_shipping_amount)
    ) as sides (position, role, what, line_amount, books_amount)

)

select
    order_id,
    'order:' || order_id as source_key,
    event_id,
    'shipment' as event_kind,
    posting_date,
    channel,
    delivery_province as province,
    'Shipment ' || shipment_number || ' of web order ' || order_number as title,
    position,
    role,
    null::text as fallback_role,
    what,
    case when not is_in_books_currency then currency end as currency,
    case when not is_in_books_currency then line_amount end as currency_amount,
    books_amount as amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where books_amount <> 0
