{{ config(
    unique_key="write_id",
    indexes=[
        {"columns": ["write_id"], "unique": true},
        {"columns": ["payment_intent_id_stripe"]},
        {"columns": ["write_key"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What Counterflow itself did to a payment, or may have done: Stripe is not read again until the next hour.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'stripe'
        {% if is_incremental() %}
            and {{ is_new() }}
        {% endif %}

),

currencies as (

    select * from {{ ref("currencies") }}

),

joined as (

    select
        writes.write_id,
        writes.thing,
        writes.write_key,
        writes.payload ->> 'payment_intent' as payment_intent_id_stripe,
        writes.payload ->> 'charge' as charge_id_stripe,
        (writes.payload ->> 'number')::integer as capture_number,
        (writes.payload ->> 'is_last')::boolean as is_last_capture,
        {{ major_units("(writes.payload ->> 'amount')::bigint", "currencies.exponent_stripe") }} as amount,
        writes.is_current and writes.status = 'confirmed' as is_done,
        writes.is_current and writes.status in ('sent', 'unknown') as is_unknown,
        {{ var("build_id") }}::bigint as build_id
    from writes
    left join currencies on writes.payload ->> 'currency' = currencies.currency

)

select * from joined
