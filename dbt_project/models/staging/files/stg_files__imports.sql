{{ config(
    unique_key="reference",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["reference"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("files", "imports") }}
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
        date text,
        supplier text,
        description text,
        cost text,
        duty_rate text,
        duty text,
        gst text,
        broker_fee text,
        currency text
    )

),

typed as (

    select
        key as reference,
        {{ as_day("date") }} as import_date,
        nullif(supplier, '') as supplier,
        nullif(description, '') as description,
        {{ money(as_numeric("cost")) }} as cost_amount,
        {{ as_numeric("duty_rate") }} as duty_rate,
        {{ money(as_numeric("duty")) }} as duty_amount,
        {{ money(as_numeric("gst")) }} as gst_amount,
        {{ money("coalesce(" ~ as_numeric("broker_fee") ~ ", 0)") }} as broker_fee_amount,
        upper(nullif(currency, '')) as currency,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "date": "timestamp!",
            "cost": "numeric",
            "duty_rate": "numeric",
            "duty": "numeric",
            "gst": "numeric",
            "broker_fee": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
