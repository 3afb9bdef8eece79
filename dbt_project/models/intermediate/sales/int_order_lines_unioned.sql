{{ config(materialized="view") }}

-- Both systems in one shape. Bare selects, so that a filter on the key reaches the index of each.
select * from {{ ref("int_woocommerce_order_lines") }}
union all
select * from {{ ref("int_odoo_order_lines") }}
