{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Orders of every channel that this build looks at again.
with new_pickings as (

    select sale_order_id_odoo
    from {{ ref("stg_odoo__stock_picking") }}
    where {{ is_new() }}

    union

    select pickings.sale_order_id_odoo
    from {{ ref("stg_odoo__stock_move") }} as moves
    inner join {{ ref("stg_odoo__stock_picking") }} as pickings on moves.picking_id = pickings.picking_id
    where {{ is_new("moves.build_id") }}

),

-- A rate that is new bears on what was paid or given back in another currency since it holds.
new_rates as (

    select
        business.currency,
        (min(rates.valid_from) - 1)::timestamptz as since
    from {{ ref("stg_odoo__res_currency_rate") }} as rates
    inner join {{ ref("stg_settings__business") }} as business on true
    where {{ is_new("rates.build_id") }}
    group by business.currency

),

changed as (

    select order_id from {{ ref("int_woocommerce_orders_changed") }}

    union

    select order_id from {{ ref("int_odoo_orders_changed") }}

    union

    -- Rates, classes of goods, registrations and exempt customers bear on every order.
    select orders.order_id
    from {{ ref("int_orders_unioned") }} as orders
    where exists (select 1 from {{ ref("int_tax_rules") }} as tax_rules where {{ is_new("tax_rules.build_id") }})

    union

    select order_lines.order_id
    from {{ ref("int_products_classed") }} as products
    inner join {{ ref("stg_woocommerce__order_lines") }} as order_lines
        on products.product_id_woocommerce = order_lines.product_id_woocommerce
    where {{ is_new("products.build_id") }}
    union

    -- The sale that a return at the counter names.
    select order_id from {{ ref("int_odoo_refunds") }}
    where {{ is_new() }}

    union

    -- A box of ours was closed, handed over or undone, or its customer was told something.
    select order_id from {{ ref("int_fulfilment_writes") }}
    where {{ is_new() }}

    union

    select writes.order_id
    from {{ ref("int_parcels_tracked") }} as tracked
    inner join {{ ref("int_fulfilment_writes") }} as writes on tracked.tracking_number = writes.tracking_number
    where {{ is_new("tracked.build_id") }}

    union

    select order_lines.order_id
    from {{ ref("int_products_unshipped") }} as products
    inner join {{ ref("int_woocommerce_order_lines") }} as order_lines on products.product_id = order_lines.product_id
    where {{ is_new("products.build_id") }}

    union

    -- Goods of a web order left the warehouse.
    select linked.order_id_web as order_id
    from {{ ref("int_sale_orders_linked") }} as linked
    where
        linked.order_id_web is not null
        and linked.order_id in (select 'odoo_sale:' || new_pickings.sale_order_id_odoo from new_pickings)

    union

    select orders.order_id
    from {{ ref("stg_woocommerce__orders") }} as orders
    inner join new_rates on orders.currency <> new_rates.currency
    where orders.modified_at >= new_rates.since or orders.paid_at >= new_rates.since

    union

    select charges.order_id
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("int_stripe_charges_matched") }} as charges on refunds.charge_id_stripe = charges.charge_id_stripe
    inner join new_rates on refunds.currency <> new_rates.currency
    where refunds.created_at >= new_rates.since

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
