{{ config(materialized="table") }}

{#- The orders to look at again: their own records, or a partner, tax, product or link they depend on, are new.
    Web orders whose link to a sale order changed are among them. -#}
with sale_orders as not materialized (

    select * from {{ ref("stg_odoo__sale_order") }}

),

pos_orders as not materialized (

    select * from {{ ref("stg_odoo__pos_order") }}

),

sale_order_lines as not materialized (

    select * from {{ ref("stg_odoo__sale_order_line") }}

),

pos_order_lines as not materialized (

    select * from {{ ref("stg_odoo__pos_order_line") }}

),

pos_payments as not materialized (

    select * from {{ ref("stg_odoo__pos_payment") }}

),

new_links as (

    select *
    from {{ ref("int_sale_orders_linked") }}
    where {{ is_new() }}

),

new_partners as (

    select partner_id
    from {{ ref("stg_odoo__res_partner") }}
    where {{ is_new() }}

),

new_products as (

    select product_id_odoo
    from {{ ref("int_products_matched") }}
    where {{ is_new() }} and system = 'odoo'

),

new_methods as (

    select payment_method_id
    from {{ ref("stg_odoo__pos_payment_method") }}
    where {{ is_new() }}

),

-- A group of taxes counts as new when one of its taxes is; one array, so that the index on a line's taxes serves.
new_taxes as (

    select array_agg(groups.tax_id) as tax_ids
    from {{ ref("stg_odoo__account_tax") }} as taxes
    inner join {{ ref("stg_odoo__account_tax") }} as groups
        on taxes.tax_id = groups.tax_id or taxes.tax_id = any(groups.child_tax_ids)
    where {{ is_new("taxes.build_id") }}

),

new_business as (

    select business_id
    from {{ ref("stg_settings__business") }}
    where {{ is_new() }}

),

changed as (

    select order_id from sale_orders where {{ is_new() }}
    union
    select order_id from pos_orders where {{ is_new() }}
    union
    select order_id from sale_order_lines where {{ is_new() }}
    union
    select order_id from pos_order_lines where {{ is_new() }}
    union
    select order_id from pos_payments where {{ is_new() }}
    union
    select order_id from pos_payments where payment_method_id in (select new_methods.payment_method_id from new_methods)
    union
    select order_id from new_links
    union
    select order_id_web from new_links
    union
    select unnest(order_ids_web_before) from new_links
    union
    select order_id from sale_orders where partner_id in (select new_partners.partner_id from new_partners)
    union
    select order_id from sale_orders where delivery_partner_id in (select new_partners.partner_id from new_partners)
    union
    select order_id from pos_orders where partner_id in (select new_partners.partner_id from new_partners)
    union
    select order_id from sale_order_lines where product_id_odoo in (select new_products.product_id_odoo from new_products)
    union
    select order_id from pos_order_lines where product_id_odoo in (select new_products.product_id_odoo from new_products)
    union
    select order_id from sale_order_lines where tax_ids && (select new_taxes.tax_ids from new_taxes)
    union
    select order_id from pos_order_lines where tax_ids && (select new_taxes.tax_ids from new_taxes)
    union
    -- The sale whose goods came back in a new return.
    select sold.order_id
    from pos_order_lines as returned
    inner join pos_order_lines as sold on returned.refunded_order_line_id_odoo = sold.order_line_id_odoo
    where {{ is_new("returned.build_id") }}
    union
    select sold.order_id
    from pos_orders as returns
    inner join pos_order_lines as returned on returns.order_id = returned.order_id
    inner join pos_order_lines as sold on returned.refunded_order_line_id_odoo = sold.order_line_id_odoo
    where {{ is_new("returns.build_id") }}
    union
    -- The business's time zone and province are in every order.
    select order_id from sale_orders where exists (select 1 from new_business)
    union
    select order_id from pos_orders where exists (select 1 from new_business)

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
