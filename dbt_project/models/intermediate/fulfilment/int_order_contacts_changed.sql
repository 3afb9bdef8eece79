{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Web orders whose addresses or language this build looks at again: they changed, or their customer in Odoo did.
with changed as (

    select order_id from {{ ref("int_orders_changed") }}

    union

    select orders.order_id
    from {{ ref("customers") }} as customers
    inner join {{ ref("orders") }} as orders on customers.customer_id = orders.customer_id
    where {{ is_new("customers.build_id") }} and customers.partner_id_odoo is not null

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
