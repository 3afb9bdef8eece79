{{ config(materialized="table", indexes=[{"columns": ["owner_id"], "unique": true}]) }}

-- Orders whose issued invoice, or whose own facts, this build looks at again. What is only planned for them is none of the
-- books' business: the ledger does not wait for the shelf.
with changed as (

    select order_id as owner_id
    from {{ ref("int_orders_changed") }}

    union

    select owner_id
    from {{ ref("int_documents_written") }}
    where {{ is_new() }}

)

select
    owner_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where owner_id is not null
