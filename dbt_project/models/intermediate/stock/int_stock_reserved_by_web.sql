{{ config(materialized="table", indexes=[{"columns": ["product_id"], "unique": true}]) }}

{#- Units of each product that open web orders wait for and Odoo has not set aside. -#}
select
    product_id,
    sum(open_quantity) as reserved_quantity,
    count(distinct order_id) as order_count,
    {{ var("build_id") }}::bigint as build_id
from {{ ref("int_open_web_order_lines") }}
where product_id is not null
group by product_id
