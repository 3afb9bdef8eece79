{{ config(
    unique_key="order_id",
    meta={"changed": "int_card_refunds_changed", "system": "stripe", "thing": "refund"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Refunds that were entered in the shop and whose money is to go back to the card.
with due as (

    select * from {{ ref("card_refunds") }}
    {{ where_changed("order_id", "int_card_refunds_changed") }}
    and state = 'due'

),

keyed as (

    select
        due.*,
        'refund:woocommerce_' || refund_id_woocommerce as write_key
    from due

),

payloads as (

    select
        keyed.*,
        jsonb_build_object(
            'charge', charge_id_stripe,
            'payment_intent', payment_intent_id_stripe,
            'amount', amount_minor,
            'currency', currency,
            'refund_id', refund_id_woocommerce::text,
            'order_number', order_number,
            'idempotency_key', 'counterflow-stripe-' || write_key || ':' || charge_id_stripe
        ) as payload
    from keyed

)

select
    write_key,
    'posting' as write_kind,
    refund_id,
    order_id,
    order_number,
    charge_id_stripe,
    currency,
    amount,
    captured_amount,
    spoken_for_amount,
    refunded_at_most_minor,
    payload,
    md5(payload::text) as payload_hash,
    case when hold_reason is not null then 'needs_person' end as hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
