{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The packing slip of each shipment: with its label, or, where none is bought for it, as soon as it can be packed, which then is
-- what commits it. An order of which nothing can be sent has one that says what follows and when.
with heads as (

    select * from {{ ref("int_document_heads") }}
    {{ where_changed("owner_id", "int_documents_changed") }}
    and is_wanted

),

labels as (

    select coalesce(max(direction) filter (where flow = 'shipping_labels'), 'off') <> 'off' as are_bought
    from {{ ref("stg_settings__flows") }}

),

shipments as (

    select shipments.*
    from {{ ref("planned_shipments") }} as shipments
    cross join labels
    where
        shipments.order_id in (select heads.order_id from heads)
        and (
            shipments.state in ('committed', 'shipped')
            or (
                shipments.state = 'planned'
                and shipments.hold_reason is null
                and (shipments.is_pickup or not labels.are_bought)
            )
        )
        -- A slip names the tracking numbers: it waits until every label of the shipment is there.
        and not exists (
            select from {{ ref("parcels") }} as parcels
            where
                parcels.shipment_id = shipments.shipment_id
                and not parcels.is_voided
                and parcels.label_state <> 'confirmed'
        )

),

lines as (

    select
        lines.shipment_id,
        jsonb_agg(
            {{ shipment_line_json("lines") }} || jsonb_build_object('ordered_quantity', order_lines.quantity)
            order by lines.line_number, lines.order_line_id
        ) as lines
    from {{ ref("planned_shipment_lines") }} as lines
    left join {{ ref("order_lines") }} as order_lines on lines.order_line_id = order_lines.order_line_id
    where lines.shipment_id in (select shipments.shipment_id from shipments)
    group by lines.shipment_id

),

following as (

    select
        order_id,
        jsonb_agg(
            jsonb_build_object(
                'sku', sku,
                'product_name', product_name,
                'quantity', quantity,
                'promise_date', promise_date
            )
            order by line_number, order_line_id
        ) as following
    from {{ ref("backorders") }}
    where order_id in (select heads.order_id from heads)
    group by order_id

),

boxes as (

    select
        shipment_id,
        jsonb_agg(
            jsonb_build_object(
                'parcel_number', parcel_number,
                'box', box,
                'weight_g', weight_g,
                'service_name', service_name,
                'tracking_number', tracking_number
            )
            order by parcel_number
        ) as boxes
    from {{ ref("parcels") }}
    where shipment_id in (select shipments.shipment_id from shipments) and not is_voided and label_state = 'confirmed'
    group by shipment_id

),

nothing_ready as (

    select heads.*
    from heads
    inner join {{ ref("order_fulfilments") }} as fulfilments on heads.order_id = fulfilments.order_id
    where fulfilments.state = 'backordered' and fulfilments.shipped_quantity = 0

)

select
    'packing_slip:' || shipments.shipment_id as document_key,
    heads.owner_id,
    'packing_slip' as kind,
    heads.head || jsonb_build_object(
        'kind', 'packing_slip',
        'document_key', 'packing_slip:' || shipments.shipment_id,
        'order_id', shipments.order_id,
        'shipment_id', shipments.shipment_id,
        'shipment_number', shipments.shipment_number,
        'is_last', shipments.is_last,
        'is_pickup', shipments.is_pickup,
        'delivery', heads.delivery,
        'lines', lines.lines,
        'boxes', coalesce(boxes.boxes, '[]'::jsonb),
        'following', coalesce(following.following, '[]'::jsonb),
        'customer_note', nullif(btrim(heads.customer_note), '')
    ) as payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from shipments
inner join heads on shipments.order_id = heads.order_id
inner join lines on shipments.shipment_id = lines.shipment_id
left join boxes on shipments.shipment_id = boxes.shipment_id
left join following on shipments.order_id = following.order_id

union all

select
    'backorder_slip:' || nothing_ready.order_id || ':1' as document_key,
    nothing_ready.owner_id,
    'backorder_slip' as kind,
    nothing_ready.head || jsonb_build_object(
        'kind', 'backorder_slip',
        'document_key', 'backorder_slip:' || nothing_ready.order_id || ':1',
        'shipment_id', nothing_ready.order_id,
        'shipment_number', null,
        'is_last', false,
        'is_pickup', nothing_ready.is_pickup,
        'delivery', nothing_ready.delivery,
        'lines', '[]'::jsonb,
        'boxes', '[]'::jsonb,
        'following', following.following,
        'customer_note', nullif(btrim(nothing_ready.customer_note), '')
    ) as payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from nothing_ready
inner join following on nothing_ready.order_id = following.order_id
