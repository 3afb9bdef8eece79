{{ config(
    unique_key="order_id",
    meta={"changed": "int_woocommerce_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with orders as (

    select * from {{ ref("stg_woocommerce__orders") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

order_lines as (

    select * from {{ ref("stg_woocommerce__order_lines") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

fee_lines as (

    select * from {{ ref("stg_woocommerce__order_fee_lines") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

-- Gift cards redeemed: the shop's total is what was left to pay; ours is the whole sale.
gift_card_sums as (

    select
        order_id,
        sum(amount) as gift_card_amount
    from {{ ref("stg_woocommerce__order_gift_cards") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}
    and not is_deleted
    group by order_id

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

line_sums as (

    select
        order_id,
        sum(subtotal_amount) as subtotal_amount,
        sum(subtotal_amount - total_amount) as discount_amount
    from order_lines
    group by order_id

),

fee_sums as (

    select
        order_id,
        sum(total_amount) as fee_amount
    from fee_lines
    group by order_id

),

shaped as (

    select
        orders.order_id,
        'web' as channel,
        'woocommerce' as system,
        orders.order_id_woocommerce,
        null::bigint as order_id_odoo,
        orders.order_number,
        {{ customer_key("orders.email", "woocommerce", "orders.customer_id_woocommerce") }} as customer_id,
        case
            when orders.is_deleted then 'trashed'
            when orders.status_woocommerce in ('pending', 'processing', 'completed', 'cancelled', 'failed', 'refunded')
                then orders.status_woocommerce
            when orders.status_woocommerce = 'on-hold' then 'on_hold'
            when orders.status_woocommerce in ('checkout-draft', 'auto-draft', 'draft') then 'draft'
            else 'unknown'
        end as status,
        orders.status_woocommerce as status_source,
        orders.is_deleted,
        coalesce(orders.status_woocommerce in ('processing', 'completed', 'refunded'), false)
        and not orders.is_deleted as is_sale,
        orders.currency,
        coalesce(line_sums.subtotal_amount, 0) as subtotal_amount,
        coalesce(line_sums.discount_amount, 0) as discount_amount,
        coalesce(orders.shipping_amount, 0) as shipping_amount,
        coalesce(fee_sums.fee_amount, 0) as fee_amount,
        orders.tax_amount,
        orders.total_amount + coalesce(gift_card_sums.gift_card_amount, 0) as total_amount,
        orders.delivery_country,
        orders.delivery_province,
        orders.payment_method,
        orders.payment_method_title,
        orders.transaction_id,
        orders.payment_intent_id_stripe,
        orders.customer_name,
        nullif(orders.customer_note, '') as customer_note,
        orders.created_at,
        orders.modified_at,
        orders.paid_at,
        orders.completed_at,
        (orders.created_at at time zone business.time_zone)::date as order_date,
        (orders.paid_at at time zone business.time_zone)::date as paid_date,
        orders.problems,
        orders.extracted_at,
        {{ var("build_id") }}::bigint as build_id
    from orders
    left join line_sums on orders.order_id = line_sums.order_id
    left join fee_sums on orders.order_id = fee_sums.order_id
    left join gift_card_sums on orders.order_id = gift_card_sums.order_id
    left join business on true

)

select * from shaped
