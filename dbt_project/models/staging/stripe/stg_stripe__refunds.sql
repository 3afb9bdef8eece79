{{ config(
    unique_key="refund_id_stripe",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["refund_id_stripe"], "unique": true},
        {"columns": ["charge_id_stripe"]},
        {"columns": ["balance_transaction_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "refunds") }}
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
        reason text,
        charge text,
        payment_intent text,
        balance_transaction text,
        created text,
        metadata jsonb
    )
    left join currencies on upper(record.currency) = currencies.currency

),

typed as (

    select
        key as refund_id_stripe,
        {{ as_id("charge") }} as charge_id_stripe,
        {{ as_id("payment_intent") }} as payment_intent_id_stripe,
        {{ as_id("balance_transaction") }} as balance_transaction_id_stripe,
        {{ as_bigint("metadata ->> 'refund_id'") }} as refund_id_woocommerce,
        {{ as_id("metadata ->> 'counterflow_key'") }} as counterflow_key,
        upper(nullif(currency, '')) as currency,
        status as status_stripe,
        nullif(reason, '') as reason,
        {{ major_units(as_bigint("amount"), "exponent") }} as amount,
        {{ as_epoch("created") }} as created_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "text!",
            "amount": "bigint!",
            "status": "text",
            "created": "epoch!",
        }) }}
        || case when exponent is null then array['currency'] else array[]::text[] end as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
