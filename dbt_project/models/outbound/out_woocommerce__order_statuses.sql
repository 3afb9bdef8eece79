{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed", "system": "woocommerce", "thing": "order_status"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Tracking numbers and status of orders that the shop does not show so yet.
with due as (

    select * from {{ ref("order_notices") }}
    {{ where_changed("order_id", "int_notices_changed") }}
    and (is_due or is_open)

),

payloads as (

    select
        due.*,
        jsonb_build_object(
            'order_id', order_id_woocommerce,
            'status', status_wanted,
            'tracking', tracking
        ) as payload
    from due

)

select
    order_id as write_key,
    'level' as write_kind,
    order_id,
    order_number,
    status_wanted,
    status_seen as observed_status,
    tracking_numbers,
    is_due,
    payload,
    md5(payload::text) as payload_hash,
    hold_class,
    hold_reason,
    observed_at,
    {{ var("build_id") }}::bigint as build_id
from payloads
