{{ config(
    unique_key="payment_intent_id_stripe",
    meta={"changed": "int_authorizations_changed", "system": "stripe", "thing": "capture"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["payment_intent_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What has shipped of an authorized order is captured: one row per capture that is due.
with due as (

    select * from {{ ref("authorizations") }}
    {{ where_changed("payment_intent_id_stripe", "int_authorizations_changed") }}
    and action_due = 'capture'

),

keyed as (

    select
        due.*,
        'capture:' || payment_intent_id_stripe || ':' || capture_number as write_key
    from due

),

payloads as (

    select
        keyed.*,
        jsonb_build_object(
            'payment_intent', payment_intent_id_stripe,
            'charge', charge_id_stripe,
            'number', capture_number,
            'amount', due_minor,
            'currency', currency,
            'is_last', is_last_capture,
            'idempotency_key', 'counterflow-stripe-' || write_key
        ) as payload
    from keyed

)

select
    write_key,
    'posting' as write_kind,
    payment_intent_id_stripe,
    order_id,
    order_number,
    currency,
    order_amount,
    authorized_amount,
    captured_amount,
    due_amount,
    captured_at_most_minor,
    payload,
    md5(payload::text) as payload_hash,
    case when hold_reason is not null then 'needs_person' end as hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
