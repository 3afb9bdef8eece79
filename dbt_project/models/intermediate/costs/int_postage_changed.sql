{{ config(materialized="table", indexes=[{"columns": ["postage_id"], "unique": true}]) }}

-- Postage of which anything changed since the last build: it, its order, or the settings.
with changed as (

    select reference
    from {{ ref("stg_files__postage") }}
    where {{ is_new() }}

    union

    select postage.reference
    from {{ ref("orders") }} as orders
    inner join {{ ref("stg_files__postage") }} as postage on orders.order_number = postage.order_number
    where {{ is_new("orders.build_id") }} and orders.channel = 'web'

    union

    select reference
    from {{ ref("stg_files__postage") }}
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

)

select
    'files:' || reference as postage_id,
    reference,
    {{ var("build_id") }}::bigint as build_id
from changed
