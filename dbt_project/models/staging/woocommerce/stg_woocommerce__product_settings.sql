{{ config(
    unique_key="setting_id",
    indexes=[
        {"columns": ["setting_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "product_settings") }}
    {{ where_new() }}

),

typed as (

    select
        key as setting_id,
        case when jsonb_typeof(payload -> 'value') = 'string' then payload ->> 'value' end as setting_value,
        deleted_at is not null as is_deleted,
        array[]::text[] as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from source

)

select * from typed
