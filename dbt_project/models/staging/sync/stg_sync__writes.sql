{{ config(
    unique_key="write_id",
    indexes=[
        {"columns": ["write_id"], "unique": true},
        {"columns": ["system", "thing", "write_key"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("sync", "writes") }}
    {{ where_new() }}

),

renamed as (

    select
        write_id,
        system,
        thing,
        key as write_key,
        hash as payload_hash,
        kind as write_kind,
        outbound_model,
        payload,
        status,
        reason_class,
        reason,
        is_current,
        target_id,
        target_name,
        read_back,
        drift,
        attempts,
        run_id,
        planned_at,
        sent_at,
        finished_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from source

)

select * from renamed
