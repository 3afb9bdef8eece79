{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

-- Orders whose mails this build looks at again: what is told in them may have changed, or what became of one did.
with changed as (

    select order_id from {{ ref("int_fulfilments_changed") }}

    union

    select order_id from {{ ref("documents") }}
    where {{ is_new() }}

    union

    select order_id from {{ ref("parcels") }}
    where {{ is_new() }}

    union

    select order_id from {{ ref("int_messages_written") }}
    where {{ is_new() }}

    union

    select written.order_id
    from {{ ref("stg_mail__bounces") }} as bounces
    inner join {{ ref("int_messages_written") }} as written on bounces.message_id = written.message_id
    where {{ is_new("bounces.build_id") }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
