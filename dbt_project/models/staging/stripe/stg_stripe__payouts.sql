{{ config(
    unique_key="payout_id_stripe",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["payout_id_stripe"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "payouts") }}
    {{ where_new() }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        currencies.exponent_stripe as exponent
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        amount text,
        currency text,
        status text,
        balance_transaction text,
        arrival_date text,
        created text,
        automatic text,
        reconciliation_status text
    )
    left join currencies on upper(record.currency) = currencies.currency

),

typed as (

    select
        key as payout_id_stripe,
        {{ as_id("balance_transaction") }} as balance_transaction_id_stripe,
        upper(nullif(currency, '')) as currency,
        status as status_stripe,
        nullif(reconciliation_status, '') as reconciliation_status,
        {{ major_units(as_bigint("amount"), "exponent") }} as amount,
        {{ as_boolean("automatic") }} as is_automatic,
        {{ as_epoch("created") }} as created_at,
        {{ as_epoch("arrival_date") }} as arrives_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "text!",
            "amount": "bigint!",
            "status": "text!",
            "automatic": "boolean",
            "created": "epoch!",
            "arrival_date": "epoch",
        }) }}
        || case when exponent is null then array['currency'] else array[]::text[] end as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
