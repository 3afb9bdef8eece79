{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed", "system": "woocommerce", "thing": "order_note"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- One note for each box of ours that has left and was not told of yet; of which it is not known, as it was sent.
with due as (

    select * from {{ ref("shipment_notes") }}
    {{ where_changed("order_id", "int_notices_changed") }}
    and state <> 'told'

),

payloads as (

    select
        due.*,
        coalesce(
            payload_sent,
            jsonb_build_object(
                'order_id', order_id_woocommerce,
                'marker', marker,
                'note', note,
                'is_for_customer', is_for_customer
            )
        ) as payload
    from due

)

select
    shipment_id as write_key,
    'posting' as write_kind,
    order_id,
    order_number,
    payload,
    md5(payload::text) as payload_hash,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
