{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed", "system": "odoo", "thing": "delivery"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Deliveries to be done in Odoo: of each box of ours what Odoo has not moved yet; of which it is not known, as it was sent.
with due as (

    select * from {{ ref("odoo_deliveries") }}
    {{ where_changed("order_id", "int_notices_changed") }}
    and state in ('due', 'unknown')

),

payloads as (

    select
        due.*,
        coalesce(
            payload_sent,
            jsonb_build_object(
                'order_id', order_id_odoo,
                'marker', '[' || shipment_id || ']',
                'carrier', case when tracking_reference is not null then 'Canada Post' end,
                'service', service_name,
                'tracking_reference', tracking_reference,
                'lines', lines,
                'address', address
            )
        ) as payload
    from due

)

select
    shipment_id as write_key,
    'posting' as write_kind,
    order_id,
    order_id_odoo,
    known_picking_ids,
    payload,
    md5(payload::text) as payload_hash,
    hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
