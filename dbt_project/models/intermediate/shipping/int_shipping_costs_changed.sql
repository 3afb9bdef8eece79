{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Orders whose shipping costs changed since the last build: a label, a line of the carrier's bill, what the customer was charged.
select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from (
    select order_id from {{ ref("parcels") }}
    where {{ is_new() }}
    union
    select parcels.order_id from {{ ref("stg_files__postage") }} as postage
    inner join {{ ref("parcels") }} as parcels on postage.tracking_number = parcels.tracking_number
    where {{ is_new("postage.build_id") }}
    union
    select owner_id as order_id from {{ ref("int_documents_written") }}
    where kind = 'invoice' and {{ is_new() }}
    union
    select parcels.order_id from {{ ref("orders") }} as orders
    inner join {{ ref("parcels") }} as parcels on orders.order_id = parcels.order_id
    where {{ is_new("orders.build_id") }}
) as changed
where order_id is not null
