{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Orders of every channel that this build looks at again.
with changed as (

    select order_id from {{ ref("int_woocommerce_orders_changed") }}

    union

    select order_id from {{ ref("int_odoo_orders_changed") }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
