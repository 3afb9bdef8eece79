{{ config(materialized="table", indexes=[{"columns": ["refund_id"], "unique": true}]) }}

-- Refunds of every channel that this build looks at again: all those of an order that it looks at, since what one gives
-- back depends on those before it. A refund in Stripe counts by itself until the shop knows it.
with orders as (

    select order_id from {{ ref("int_orders_changed") }}

),

changed as (

    select refund_id
    from {{ ref("stg_woocommerce__refunds") }}
    where {{ is_new() }}

    union

    select refund_id
    from {{ ref("stg_woocommerce__refunds") }}
    where order_id in (select orders.order_id from orders)

    union

    select 'stripe:' || refunds.refund_id_stripe as refund_id
    from {{ ref("int_stripe_charges_matched") }} as charges
    inner join {{ ref("stg_stripe__refunds") }} as refunds on charges.charge_id_stripe = refunds.charge_id_stripe
    where charges.order_id in (select orders.order_id from orders)

    union

    -- A charge that no longer belongs to an order.
    select 'stripe:' || refunds.refund_id_stripe as refund_id
    from {{ ref("int_stripe_charges_matched") }} as charges
    inner join {{ ref("stg_stripe__refunds") }} as refunds on charges.charge_id_stripe = refunds.charge_id_stripe
    where {{ is_new("charges.build_id") }}

    union

    select 'stripe:' || refund_id_stripe as refund_id
    from {{ ref("stg_stripe__refunds") }}
    where {{ is_new() }}

    union

    select refund_id
    from {{ ref("int_odoo_refunds_changed") }}

    union

    select refund_id
    from {{ ref("int_odoo_refunds") }}
    where order_id in (select orders.order_id from orders)

)

select
    refund_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where refund_id is not null
