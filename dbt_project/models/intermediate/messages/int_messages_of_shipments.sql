{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed"},
    indexes=[
        {"columns": ["message_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Each of our shipments that has left: what is in it, where it can be followed, and what is still to come.
with shipments as (

    select * from {{ ref("planned_shipments") }}
    {{ where_changed("order_id", "int_messages_changed") }}
    and state = 'shipped' and not is_pickup

),

parcels as (

    select
        shipment_id,
        jsonb_agg(
            jsonb_build_object(
                'tracking_number', tracking_number,
                'service_name', service_name,
                'expected_delivery_date', expected_delivery_date
            )
            order by parcel_number, parcel_id
        ) as parcels
    from {{ ref("parcels") }}
    where
        order_id in (select shipments.order_id from shipments)
        and tracking_number is not null
        and not is_voided
    group by shipment_id

),

lines as (

    select
        shipment_id,
        jsonb_agg(
            jsonb_build_object('name', product_name, 'sku', sku, 'quantity', trim_scale(quantity))
            order by line_number, order_line_id
        ) as lines
    from {{ ref("planned_shipment_lines") }}
    where order_id in (select shipments.order_id from shipments)
    group by shipment_id

),

waiting as (

    select
        order_id,
        jsonb_agg(
            jsonb_build_object(
                'name', product_name,
                'sku', sku,
                'quantity', trim_scale(quantity),
                'promise_date', promise_date
            )
            order by line_number, order_line_id
        ) as lines
    from {{ ref("backorders") }}
    where order_id in (select shipments.order_id from shipments)
    group by order_id

)

select
    'shipped:' || shipments.shipment_id as message_key,
    'shipped' as kind,
    shipments.order_id,
    shipments.shipped_at::date as known_on,
    jsonb_build_object(
        'shipment_id', shipments.shipment_id,
        'is_last', shipments.is_last,
        'parcels', parcels.parcels,
        'lines', coalesce(lines.lines, '[]'::jsonb),
        'waiting', case when shipments.is_last then '[]'::jsonb else coalesce(waiting.lines, '[]'::jsonb) end
    ) as told,
    {{ var("build_id") }}::bigint as build_id
from shipments
inner join parcels on shipments.shipment_id = parcels.shipment_id
left join lines on shipments.shipment_id = lines.shipment_id
left join waiting on shipments.order_id = waiting.order_id
