{{ config(
    unique_key="tracking_number",
    indexes=[
        {"columns": ["tracking_number"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("canadapost", "tracking") }}
    {{ where_new() }}

),

typed as (

    select
        key as tracking_number,
        nullif(payload ->> 'serviceName', '') as service_name,
        case
            when pg_input_is_valid(left(payload ->> 'expectedDeliveryDate', 10), 'date')
                then nullif(left(payload ->> 'expectedDeliveryDate', 10), '')::date
        end as first_expected_date,
        case
            when pg_input_is_valid(left(payload ->> 'changedExpectedDate', 10), 'date')
                then nullif(left(payload ->> 'changedExpectedDate', 10), '')::date
        end as changed_expected_date,
        {{ json_list("payload -> 'significantEvents'") }} as events,
        deleted_at is not null as is_deleted,
        array[]::text[] as problems,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from source

)

select * from typed
