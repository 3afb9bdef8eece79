{{ config(
    unique_key="order_id",
    meta={"changed": "int_portal_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- What the customer's page of an order says, and nothing else about it: no name, no address.
with fulfilments as (

    select * from {{ ref("order_fulfilments") }}
    {{ where_changed("order_id", "int_portal_orders_changed") }}

),

contacts as (

    select * from {{ ref("order_contacts") }}
    where order_id in (select fulfilments.order_id from fulfilments)

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select fulfilments.order_id from fulfilments)

),

names as (

    select
        order_line_id,
        order_id,
        line_number,
        description
    from {{ ref("int_woocommerce_order_lines") }}
    where order_id in (select fulfilments.order_id from fulfilments)

),

-- Units that have not left, by line: those on the shelf, and those to come with the day of the last of them.
lines as (

    select
        allocations.order_id,
        allocations.order_line_id,
        coalesce(sum(allocations.quantity) filter (where allocations.source = 'stock'), 0) as ready_quantity,
        coalesce(sum(allocations.quantity) filter (where allocations.source <> 'stock'), 0) as to_come_quantity,
        case
            when bool_and(allocations.source = 'stock' or allocations.promise_date is not null)
                then max(allocations.promise_date)
        end as promise_date
    from {{ ref("allocations") }} as allocations
    where allocations.order_id in (select fulfilments.order_id from fulfilments)
    group by allocations.order_id, allocations.order_line_id

),

lines_told as (

    select
        lines.order_id,
        jsonb_agg(
            jsonb_build_object(
                'name', names.description,
                'ready', lines.ready_quantity,
                'to_come', lines.to_come_quantity,
                'promise_date', lines.promise_date
            )
            order by names.line_number, lines.order_line_id
        ) as lines
    from lines
    inner join names on lines.order_line_id = names.order_line_id
    group by lines.order_id

),

-- Boxes that left, whoever sent them, and ours that are closed.
boxes as (

    select
        shipments.shipment_id,
        shipments.order_id,
        shipments.shipped_at,
        jsonb_agg(
            jsonb_build_object('name', names.description, 'quantity', shipment_lines.quantity)
            order by names.line_number, shipment_lines.shipment_line_id
        ) as lines
    from {{ ref("shipments") }} as shipments
    inner join {{ ref("shipment_lines") }} as shipment_lines
        on shipments.order_id = shipment_lines.order_id and shipments.shipment_id = shipment_lines.shipment_id
    inner join names on shipment_lines.order_line_id = names.order_line_id
    where shipments.order_id in (select fulfilments.order_id from fulfilments)
    group by shipments.shipment_id, shipments.order_id, shipments.shipped_at

    union all

    select
        planned.shipment_id,
        planned.order_id,
        null::timestamptz as shipped_at,
        jsonb_agg(
            jsonb_build_object('name', line.content ->> 'product_name', 'quantity', line.content -> 'quantity')
            order by line.place
        ) as lines
    from {{ ref("planned_shipments") }} as planned
    cross join lateral jsonb_array_elements(planned.lines) with ordinality as line (content, place)
    where
        planned.order_id in (select fulfilments.order_id from fulfilments)
        and planned.state = 'committed'
    group by planned.shipment_id, planned.order_id

),

boxes_numbered as (

    select
        *,
        row_number() over (partition by order_id order by shipped_at nulls last, shipment_id) as shipment_number
    from boxes

),

parcels_told as (

    select
        parcels.shipment_id,
        jsonb_agg(
            jsonb_build_object(
                'tracking_number', parcels.tracking_number,
                'service_code', parcels.service_code,
                'service_name', parcels.service_name,
                'tracking_status', parcels.tracking_status,
                'expected_delivery_date', parcels.expected_delivery_date,
                'delivered_at', parcels.delivered_at
            )
            order by parcels.parcel_number
        ) as parcels
    from {{ ref("parcels") }} as parcels
    where parcels.order_id in (select fulfilments.order_id from fulfilments) and not parcels.is_voided
    group by parcels.shipment_id

),

boxes_told as (

    select
        boxes_numbered.order_id,
        jsonb_agg(
            jsonb_build_object(
                'number', boxes_numbered.shipment_number,
                'is_pickup', contacts.is_pickup,
                'shipped_at', boxes_numbered.shipped_at,
                'lines', boxes_numbered.lines,
                'parcels', coalesce(parcels_told.parcels, '[]'::jsonb)
            )
            order by boxes_numbered.shipment_number
        ) as shipments
    from boxes_numbered
    inner join contacts on boxes_numbered.order_id = contacts.order_id
    left join parcels_told on boxes_numbered.shipment_id = parcels_told.shipment_id
    group by boxes_numbered.order_id

),

-- The carrier's price of either way before tax, in the business's currency: what the invoice asks for where the shop did not.
-- That is the first box; what follows later costs the customer nothing more (int_shipping_billed).
ways as (

    select
        order_id,
        case when quote_part = 'all' then 'wait' else 'ship_now' end as way,
        sum(amount) as amount,
        bool_or(is_estimate) as is_estimate
    from {{ ref("shipping_quotes") }}
    where
        order_id in (select fulfilments.order_id from fulfilments)
        and quote_part in ('now', 'all')
        and is_requested
        and is_quoted
        and amount is not null
    group by order_id, case when quote_part = 'all' then 'wait' else 'ship_now' end

),

ways_told as (

    select
        ways.order_id,
        jsonb_object_agg(
            ways.way,
            jsonb_build_object(
                'amount', ways.amount, 'currency', business.currency, 'is_estimate', ways.is_estimate
            )
        ) as options
    from ways
    inner join {{ ref("stg_settings__business") }} as business on true
    group by ways.order_id

)

select
    fulfilments.order_id,
    fulfilments.order_number,
    contacts.language,
    fulfilments.state,
    contacts.is_pickup,
    orders.currency,
    fulfilments.is_choice_open,
    fulfilments.choice,
    fulfilments.choice_source,
    fulfilments.question_due_at,
    fulfilments.promise_date,
    contacts.has_shipping_line as is_shipping_paid,
    coalesce(lines_told.lines, '[]'::jsonb) as lines,
    coalesce(ways_told.options, '{}'::jsonb) as options,
    coalesce(boxes_told.shipments, '[]'::jsonb) as shipments,
    {{ var("build_id") }}::bigint as build_id
from fulfilments
inner join contacts on fulfilments.order_id = contacts.order_id
inner join orders on fulfilments.order_id = orders.order_id
left join lines_told on fulfilments.order_id = lines_told.order_id
left join boxes_told on fulfilments.order_id = boxes_told.order_id
left join ways_told on fulfilments.order_id = ways_told.order_id
