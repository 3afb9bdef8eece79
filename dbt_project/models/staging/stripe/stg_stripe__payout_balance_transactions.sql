{{ config(
    unique_key="payout_balance_transaction_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["payout_balance_transaction_key"], "unique": true},
        {"columns": ["balance_transaction_id_stripe"]},
        {"columns": ["payout_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "payout_balance_transactions") }}
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
        payout text,
        balance_transaction text
    )

),

typed as (

    select
        key as payout_balance_transaction_key,
        {{ as_id("payout") }} as payout_id_stripe,
        {{ as_id("balance_transaction") }} as balance_transaction_id_stripe,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "payout": "text!",
            "balance_transaction": "text!",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
