{{ config(
    unique_key="payment_intent_id_stripe",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["payment_intent_id_stripe"], "unique": true},
        {"columns": ["charge_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "payment_intents") }}
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
        amount_received text,
        amount_capturable text,
        currency text,
        status text,
        latest_charge text,
        capture_method text,
        cancellation_reason text,
        canceled_at text,
        created text,
        metadata jsonb
    )
    left join currencies on upper(record.currency) = currencies.currency

),

typed as (

    select
        key as payment_intent_id_stripe,
        {{ as_id("latest_charge") }} as charge_id_stripe,
        {{ as_bigint("metadata ->> 'order_id'") }} as order_id_woocommerce,
        upper(nullif(currency, '')) as currency,
        status as status_stripe,
        nullif(capture_method, '') as capture_method,
        nullif(cancellation_reason, '') as cancellation_reason,
        {{ major_units(as_bigint("amount"), "exponent") }} as amount,
        {{ major_units(as_bigint("amount_received"), "exponent") }} as received_amount,
        {{ major_units(as_bigint("amount_capturable"), "exponent") }} as capturable_amount,
        -- Each capture of ours leaves its mark there (loaders/stripe.py).
        (
            select count(*)
            from jsonb_object_keys({{ json_object("metadata") }}) as marker (name)
            where marker.name like 'counterflow\_capture\_%'
        )::integer as own_capture_count,
        {{ as_epoch("created") }} as created_at,
        {{ as_epoch("canceled_at") }} as canceled_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "text!",
            "amount": "bigint!",
            "amount_received": "bigint",
            "amount_capturable": "bigint",
            "status": "text!",
            "canceled_at": "epoch",
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
