{{ config(
    unique_key="notice_key",
    indexes=[
        {"columns": ["notice_key"], "unique": true},
        {"columns": ["message_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("mail", "bounces") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.extracted_at,
        source.version,
        record.*
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        message_id text,
        action text,
        status text,
        diagnostic text,
        reported_at text
    )

),

typed as (

    select
        key as notice_key,
        left(message_id, 255) as message_id,
        action = 'failed' as is_failure,
        nullif(status, '') as status_code,
        -- servers quote the address that they refuse
        regexp_replace(nullif(diagnostic, ''), '[^\s<>@]+@', '***@', 'g') as diagnostic,
        coalesce(
            case when pg_input_is_valid(reported_at, 'timestamptz') then least(reported_at::timestamptz, extracted_at) end,
            extracted_at
        ) as reported_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
