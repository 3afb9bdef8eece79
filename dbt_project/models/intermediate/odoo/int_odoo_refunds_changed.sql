{{ config(materialized="table") }}

{#- The counter's sales and returns to look at again: a sale may become a return. -#}
with orders as (

    select order_id from {{ ref("int_odoo_orders_changed") }}

)

select
    order_id as refund_id,
    {{ var("build_id") }}::bigint as build_id
from orders
where order_id like 'odoo_pos:%'
