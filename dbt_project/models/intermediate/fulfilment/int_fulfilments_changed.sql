{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Web orders whose shipments this build looks at again: those that changed, or whose plan, customer's choice or address did.
select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from (
    select order_id from {{ ref("int_orders_changed") }}
    union
    select order_id from {{ ref("int_fulfilments_planned") }}
    where {{ is_new() }}
    union
    select order_id from {{ ref("order_contacts") }}
    where {{ is_new() }}
    union
    select order_id from {{ ref("order_choices") }}
    where {{ is_new() }}
) as changed
where order_id is not null
