{{ config(
    unique_key="reference",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["reference"], "unique": true},
        {"columns": ["order_number"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("files", "postage") }}
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
        "order" text,
        service text,
        tracking text,
        amount text,
        gst text,
        hst text,
        hst_province text,
        qst text,
        currency text
    )

),

typed as (

    select
        key as reference,
        {{ as_day("date") }} as postage_date,
        {{ as_id('"order"') }} as order_number,
        nullif(service, '') as service,
        nullif(tracking, '') as tracking_number,
        {{ money(as_numeric("amount")) }} as amount,
        {{ money("coalesce(" ~ as_numeric("gst") ~ ", 0)") }} as gst_amount,
        {{ money("coalesce(" ~ as_numeric("hst") ~ ", 0)") }} as hst_amount,
        nullif(hst_province, '') as hst_province,
        {{ money("coalesce(" ~ as_numeric("qst") ~ ", 0)") }} as qst_amount,
        upper(nullif(currency, '')) as currency,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "date": "timestamp!",
            "amount": "numeric!",
            "gst": "numeric",
            "hst": "numeric",
            "qst": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
