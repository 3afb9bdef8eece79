{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_part_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What an order that has refunds was charged for, in its own currency: goods, gift cards, shipping, fees, tip, each tax.
with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and order_id in (select refunds.order_id from {{ ref("int_refunds_numbered") }} as refunds)

),

gift_cards as (

    select * from {{ ref("int_order_gift_cards_sold") }}
    where order_id in (select orders.order_id from orders)

),

fees as (

    select * from {{ ref("int_order_fees") }}
    where order_id in (select orders.order_id from orders)

),

order_taxes as (

    select * from {{ ref("int_order_taxes_unioned") }}
    where order_id in (select orders.order_id from orders)

),

told_apart as (

    select
        orders.order_id,
        parts.part,
        null::text as tax,
        null::text as province,
        parts.amount
    from orders
    left join gift_cards on orders.order_id = gift_cards.order_id
    left join fees on orders.order_id = fees.order_id
    cross join lateral (
        values
        ('goods', orders.subtotal_amount - orders.discount_amount - coalesce(gift_cards.amount, 0)),
        ('gift_card', gift_cards.amount),
        ('shipping', orders.shipping_amount),
        ('fee', orders.fee_amount - coalesce(fees.tip_amount, 0)),
        ('tip', fees.tip_amount)
    ) as parts (part, amount)

    union all

    select
        order_id,
        'tax' as part,
        tax,
        province,
        sum(tax_amount) as amount
    from order_taxes
    group by order_id, tax, province

)

select
    concat_ws(':', order_id, part, tax, province) as order_part_id,
    order_id,
    row_number() over (
        partition by order_id
        order by array_position(array['goods', 'gift_card', 'shipping', 'fee', 'tip', 'tax'], part), tax, province
    )::integer as part_number,
    part,
    tax,
    province,
    {{ money("amount") }} as amount,
    {{ var("build_id") }}::bigint as build_id
from told_apart
where {{ money("amount") }} <> 0
