{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Web orders whose customer's page this build looks at again.
select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from (
    select order_id from {{ ref("int_fulfilments_changed") }}
    union
    select order_id from {{ ref("parcels") }}
    where {{ is_new() }}
    union
    select order_id from {{ ref("shipping_quotes") }}
    where {{ is_new() }}
) as changed
where order_id is not null
