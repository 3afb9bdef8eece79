{{ config(
    unique_key="bank_statement_line_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["bank_statement_line_key"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("files", "bank_statement_lines") }}
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
        account text,
        date text,
        amount text,
        currency text,
        description text
    )

),

typed as (

    select
        key as bank_statement_line_key,
        account,
        {{ as_day("date") }} as line_date,
        {{ money(as_numeric("amount")) }} as amount,
        upper(nullif(currency, '')) as currency,
        coalesce(description, '') as description,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "account": "text!",
            "date": "timestamp!",
            "amount": "numeric!",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
