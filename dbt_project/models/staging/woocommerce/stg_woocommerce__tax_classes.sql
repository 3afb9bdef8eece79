{{ config(
    unique_key="tax_class",
    indexes=[
        {"columns": ["tax_class"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "tax_classes") }}
    {{ where_new() }}

),

typed as (

    select
        key as tax_class,
        payload ->> 'name' as tax_class_name,
        deleted_at is not null as is_deleted,
        array[]::text[] as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from source

)

select * from typed
