{{ config(materialized="table", indexes=[{"columns": ["parcel_id"], "unique": true}]) }}

-- Parcels of which anything changed since the last build: the label, what became of it, or where the parcel is.
with labels as (

    select
        write_key as parcel_id,
        read_back ->> 'tracking_number' as tracking_number,
        build_id
    from {{ ref("stg_sync__writes") }}
    where system = 'canadapost' and thing = 'label'

)

select
    parcel_id,
    {{ var("build_id") }}::bigint as build_id
from (
    select parcel_id from labels
    where {{ is_new() }}
    union
    select parcel_id from {{ ref("int_fulfilment_writes") }}
    where {{ is_new() }} and kind in ('void', 'manifest') and parcel_id is not null
    union
    select regexp_replace(write_key, ':return$', '') from {{ ref("stg_sync__writes") }}
    where system = 'canadapost' and thing = 'return_label' and {{ is_new() }}
    union
    select labels.parcel_id from {{ ref("stg_canadapost__tracking") }} as tracking
    inner join labels on tracking.tracking_number = labels.tracking_number
    where {{ is_new("tracking.build_id") }}
) as changed
