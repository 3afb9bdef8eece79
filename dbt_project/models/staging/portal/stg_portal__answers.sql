{{ config(
    unique_key="answer_id",
    indexes=[
        {"columns": ["answer_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("portal", "answers") }}
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
        order_id text,
        answer_number text,
        choice text,
        answered_at text,
        link_fingerprint text
    )

),

typed as (

    select
        key as answer_id,
        {{ as_id("order_id") }} as order_id,
        {{ as_bigint("answer_number") }} as answer_number,
        case when choice in ('ship_now', 'wait') then choice end as choice,
        case when {{ is_readable("answered_at", "timestamp") }} then nullif(answered_at, '')::timestamptz end as answered_at,
        nullif(link_fingerprint, '') as link_fingerprint,
        deleted_at is not null as is_deleted,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
