{{ config(
    unique_key="dispute_version_key",
    indexes=[
        {"columns": ["dispute_version_key"], "unique": true},
        {"columns": ["dispute_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select
        key,
        payload,
        extracted_at,
        version
    from {{ source("stripe", "disputes") }}
    {{ where_new() }}

    union all

    select
        key,
        payload,
        extracted_at,
        version
    from {{ source("stripe", "disputes_history") }}
    {{ where_new() }}

)

select
    key || ':' || version as dispute_version_key,
    key as dispute_id_stripe,
    payload ->> 'status' as status_stripe,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from source
