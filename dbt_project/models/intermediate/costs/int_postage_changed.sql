{{ config(materialized="table", indexes=[{"columns": ["postage_id"], "unique": true}]) }}

-- Postage of which anything changed since the last build: it, its order, its label, or the settings.
with settings_changed as (

    select 1 as one from {{ ref("stg_settings__business") }} as business
    where {{ is_new("business.build_id") }}

),

changed as (

    select
        'files' as system,
        reference
    from {{ ref("stg_files__postage") }}
    where {{ is_new() }}

    union

    select
        'files' as system,
        postage.reference
    from {{ ref("orders") }} as orders
    inner join {{ ref("stg_files__postage") }} as postage on orders.order_number = postage.order_number
    where {{ is_new("orders.build_id") }} and orders.channel = 'web'

    union

    select
        'files' as system,
        reference
    from {{ ref("stg_files__postage") }}
    where exists (select 1 from settings_changed)

    union

    -- a label, and the line of the bill that is of the same parcel
    select
        'canadapost' as system,
        parcel_id as reference
    from {{ ref("parcels") }}
    where ({{ is_new() }} or exists (select 1 from settings_changed)) and label_state in ('confirmed', 'voided')

    union

    select
        'files' as system,
        postage.reference
    from {{ ref("parcels") }} as parcels
    inner join {{ ref("stg_files__postage") }} as postage on parcels.tracking_number = postage.tracking_number
    where {{ is_new("parcels.build_id") }}

)

select
    system || ':' || reference as postage_id,
    reference,
    {{ var("build_id") }}::bigint as build_id
from changed
