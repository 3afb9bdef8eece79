{{ config(materialized="table") }}

-- Web orders of which anything changed since the last build: the order itself, a refund, its payment, what its lines
-- are matched to, or the settings.
with changed as (

    select order_id
    from {{ ref("stg_woocommerce__orders") }}
    where {{ is_new() }}

    union all

    select order_id
    from {{ ref("stg_woocommerce__refunds") }}
    where {{ is_new() }}

    union all

    -- A charge that moved to another order changes both.
    select unnest(array[order_id, former_order_id]) as order_id
    from {{ ref("int_stripe_charges_matched") }}
    where {{ is_new() }}

    union all

    -- A refund in Stripe that is new, or that went through.
    select charges.order_id
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("int_stripe_charges_matched") }} as charges on refunds.charge_id_stripe = charges.charge_id_stripe
    where {{ is_new("refunds.build_id") }}

    union all

    select order_lines.order_id
    from {{ ref("int_products_matched") }} as products
    inner join {{ ref("stg_woocommerce__order_lines") }} as order_lines
        on
            products.product_id_woocommerce = order_lines.product_id_woocommerce
            and products.variation_id_woocommerce is not distinct from order_lines.variation_id_woocommerce
    where {{ is_new("products.build_id") }}

    union all

    select order_lines.order_id
    from {{ ref("int_products_matched") }} as products
    inner join {{ ref("stg_woocommerce__order_lines") }} as order_lines on products.sku_key = order_lines.sku_key
    where {{ is_new("products.build_id") }}

    union all

    select order_lines.order_id
    from {{ ref("int_products_matched") }} as products
    inner join {{ ref("stg_sync__sku_mappings") }} as sku_mappings on products.sku_key = {{ sku_key("sku_mappings.sku") }}
    inner join {{ ref("stg_woocommerce__order_lines") }} as order_lines
        on order_lines.sku_key = {{ sku_key("sku_mappings.shop_sku") }}
    where {{ is_new("products.build_id") }}

    union all

    -- Time zone, currency and rounding cap bear on every order.
    select orders.order_id
    from {{ ref("stg_woocommerce__orders") }} as orders
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
group by order_id
