{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Web orders of which the shop or Odoo may have to be told something anew.
with changed as (

    select order_id from {{ ref("int_orders_changed") }}

    union

    select order_id from {{ ref("int_notice_writes") }}
    where {{ is_new() }}

    union

    select order_id from {{ ref("parcels") }}
    where {{ is_new() }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
