{{ config(
    unique_key="payment_intent_id_stripe",
    meta={"changed": "int_authorizations_changed", "system": "stripe", "thing": "cancellation"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["payment_intent_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What is still authorized of an order that was called off, or that needs no more, is let go.
with due as (

    select * from {{ ref("authorizations") }}
    {{ where_changed("payment_intent_id_stripe", "int_authorizations_changed") }}
    and action_due = 'void'

),

payloads as (

    select
        due.*,
        'void:' || payment_intent_id_stripe as write_key,
        jsonb_build_object(
            'payment_intent', payment_intent_id_stripe,
            'charge', charge_id_stripe,
            'captured', captured_minor,
            'idempotency_key', 'counterflow-stripe-void:' || payment_intent_id_stripe
        ) as payload
    from due

)

select
    write_key,
    'posting' as write_kind,
    payment_intent_id_stripe,
    order_id,
    order_number,
    currency,
    due_amount,
    payload,
    md5(payload::text) as payload_hash,
    case when hold_reason is not null then 'needs_person' end as hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
