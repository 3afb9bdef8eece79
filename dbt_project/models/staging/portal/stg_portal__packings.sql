{{ config(
    unique_key="packing_id",
    indexes=[
        {"columns": ["packing_id"], "unique": true},
        {"columns": ["shipment_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("portal", "packings") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        shipment_id text,
        order_id text,
        is_packed text,
        packed_by text,
        packed_at text
    )

),

typed as (

    select
        {{ as_bigint("key") }} as packing_id,
        {{ as_id("shipment_id") }} as shipment_id,
        {{ as_id("order_id") }} as order_id,
        {{ as_boolean("is_packed") }} as is_packed,
        nullif(packed_by, '') as packed_by,
        case when {{ is_readable("packed_at", "timestamp") }} then nullif(packed_at, '')::timestamptz end as packed_at,
        deleted_at is not null as is_deleted,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
