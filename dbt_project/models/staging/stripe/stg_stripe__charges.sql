{{ config(
    unique_key="charge_id_stripe",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["charge_id_stripe"], "unique": true},
        {"columns": ["order_id_woocommerce"]},
        {"columns": ["payment_intent_id_stripe"]},
        {"columns": ["balance_transaction_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "charges") }}
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
        amount_captured text,
        amount_refunded text,
        currency text,
        status text,
        paid text,
        captured text,
        disputed text,
        failure_code text,
        failure_message text,
        payment_intent text,
        balance_transaction text,
        created text,
        payment_method_details jsonb,
        metadata jsonb
    )
    left join currencies on upper(record.currency) = currencies.currency

),

typed as (

    select
        key as charge_id_stripe,
        {{ as_id("payment_intent") }} as payment_intent_id_stripe,
        {{ as_id("balance_transaction") }} as balance_transaction_id_stripe,
        {{ as_bigint("metadata ->> 'order_id'") }} as order_id_woocommerce,
        upper(nullif(currency, '')) as currency,
        status as status_stripe,
        nullif(failure_code, '') as failure_code,
        nullif(failure_message, '') as failure_message,
        {{ major_units(as_bigint("amount"), "exponent") }} as amount,
        {{ major_units(as_bigint("amount_captured"), "exponent") }} as captured_amount,
        {{ major_units(as_bigint("amount_refunded"), "exponent") }} as refunded_amount,
        coalesce({{ as_boolean("paid") }}, false) as is_paid,
        coalesce({{ as_boolean("captured") }}, false) as is_captured,
        coalesce({{ as_boolean("disputed") }}, false) as is_disputed,
        coalesce(payment_method_details #>> '{card,multicapture,status}' = 'available', false) as is_multicapture_available,
        {{ as_epoch("created") }} as created_at,
        {{ as_epoch("payment_method_details #>> '{card,capture_before}'") }} as capture_before,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "text!",
            "amount": "bigint!",
            "amount_captured": "bigint!",
            "amount_refunded": "bigint",
            "status": "text!",
            "paid": "boolean",
            "captured": "boolean!",
            "disputed": "boolean",
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
