{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- The orders whose ways to be found this build looks at again.
with changed as (

    select order_id from {{ ref("int_orders_changed") }}

    union

    select orders.order_id
    from {{ ref("customers") }} as customers
    inner join {{ ref("orders") }} as orders on customers.customer_id = orders.customer_id
    where {{ is_new("customers.build_id") }}

    union

    select order_id from {{ ref("int_order_contacts_changed") }}

    union

    select order_id from {{ ref("parcels") }}
    where {{ is_new() }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
