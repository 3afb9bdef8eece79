{{ config(
    unique_key="manifest_key",
    indexes=[
        {"columns": ["manifest_key"], "unique": true},
        {"columns": ["manifest_date"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What was handed over to Canada Post together: the contract's labels, each on one manifest.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where system = 'canadapost' and thing = 'manifest' and is_current and status not in ('superseded', 'waived')
    {% if is_incremental() %}and {{ is_new() }}{% endif %}

)

select
    write_key as manifest_key,
    split_part(write_key, ':', 2)::date as manifest_date,
    split_part(write_key, ':', 3)::integer as manifest_number,
    status as state,
    reason as problem,
    jsonb_array_length({{ json_list("payload -> 'parcels'") }}) as parcel_count,
    status in ('sent', 'unknown', 'confirmed') as is_done,
    status = 'confirmed' as is_transmitted,
    case when status = 'confirmed' then finished_at end as transmitted_at,
    payload as request,
    {{ var("build_id") }}::bigint as build_id
from writes
