{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Where each order is supplied, for its taxes: where it is delivered; the shop's own province where it is handed over there
-- (at the counter, at pick-up) or no address is given; none outside Canada.
with orders as (

    select
        order_id,
        channel,
        order_date,
        is_sale,
        delivery_country,
        delivery_province
    from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

web_orders as (

    select
        order_id,
        prices_include_tax,
        is_vat_exempt,
        lower(email) as email,
        customer_id_woocommerce::text as customer_id
    from {{ ref("stg_woocommerce__orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

picked_up as (

    select distinct order_id
    from {{ ref("stg_woocommerce__order_shipping_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and method_id in ('local_pickup', 'pickup_location')

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

exempt_customers as (

    select value
    from {{ ref("stg_settings__lists") }}
    where list = 'exempt_customer'

),

placed as (

    select
        orders.*,
        case
            when orders.channel = 'counter' then 'counter'
            when picked_up.order_id is not null then 'pick-up'
            when orders.delivery_country is null then 'no address'
            when orders.delivery_country <> 'CA' then 'abroad'
            else 'delivery'
        end as place_reason,
        coalesce(web_orders.prices_include_tax, false) as prices_include_tax,
        coalesce(web_orders.is_vat_exempt, false)
        or coalesce(web_orders.email in (select exempt_customers.value from exempt_customers), false)
        or coalesce(web_orders.customer_id in (select exempt_customers.value from exempt_customers), false) as is_exempt
    from orders
    left join web_orders on orders.order_id = web_orders.order_id
    left join picked_up on orders.order_id = picked_up.order_id

)

select
    placed.order_id,
    placed.channel,
    placed.order_date,
    placed.is_sale,
    placed.place_reason,
    case
        when placed.place_reason = 'delivery' then placed.delivery_province
        when placed.place_reason <> 'abroad' then business.province
    end as province,
    placed.prices_include_tax,
    placed.is_exempt,
    {{ var("build_id") }}::bigint as build_id
from placed
left join business on true
