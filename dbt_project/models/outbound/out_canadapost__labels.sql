{{ config(
    materialized="table",
    meta={"system": "canadapost", "thing": "label"},
    indexes=[{"columns": ["write_key"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Labels to buy: one for each parcel of a planned box whose price is known. A box of which one parcel's label was bought stays as
-- it was planned then, until all its parcels have theirs.
with planned as (

    select
        shipments.*,
        quotes.request,
        quotes.service_code,
        quotes.service_name,
        quotes.expected_delivery_date,
        quotes.is_estimate,
        quotes.parcels
    from {{ ref("planned_shipments") }} as shipments
    inner join {{ ref("shipping_quotes") }} as quotes on shipments.shipment_id = quotes.quote_key
    where shipments.state = 'planned' and not shipments.is_pickup and quotes.is_requested and quotes.is_quoted

),

parcels as (

    select
        planned.*,
        planned.shipment_id || ':' || (item.parcel ->> 'number') as parcel_id,
        planned.service_code = 'DOM.PC'
        and {{ is_post_office_box("planned") }} as goes_to_box,
        item.parcel
    from planned
    cross join lateral jsonb_array_elements(planned.parcels) as item (parcel)

),

-- What crosses a border is declared piece by piece, in the business's currency.
declared as (

    select
        parcels.parcel_id,
        bool_or(orders.exchange_rate is null) as lacks_rate,
        jsonb_agg(
            jsonb_build_object(
                'description', left(regexp_replace(coalesce(line.entry ->> 'product_name', 'Goods'), '\s+', ' ', 'g'), 45),
                'quantity', (content.entry ->> 'quantity')::integer,
                'unit_weight_g', ceil((line.entry ->> 'unit_weight_g')::numeric)::integer,
                'unit_value', {{ money_text(
                    "greatest(round((line.entry ->> 'goods_amount')::numeric * coalesce(orders.exchange_rate, 1)"
                    " / (line.entry ->> 'quantity')::numeric, 2), 0.01)"
                ) }},
                'sku', left(line.entry ->> 'sku', 15),
                'hs_code', case
                    when line.entry ->> 'hs_code' ~ '^[0-9]{4}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{2})?)?)?$'
                        then line.entry ->> 'hs_code'
                end,
                'origin_country', line.entry ->> 'origin_country'
            )
            order by line.entry ->> 'order_line_id'
        ) as customs
    from parcels
    cross join lateral jsonb_array_elements(parcels.parcel -> 'contents') as content (entry)
    inner join lateral jsonb_array_elements(parcels.lines) as line (entry)
        on content.entry ->> 'order_line_id' = line.entry ->> 'order_line_id'
    inner join {{ ref("orders") }} as orders on parcels.order_id = orders.order_id
    where parcels.delivery_country <> 'CA'
    group by parcels.parcel_id

),

payloads as (

    select
        parcels.parcel_id as write_key,
        parcels.shipment_id,
        parcels.order_id,
        (parcels.parcel ->> 'amount')::numeric as quoted_amount,
        jsonb_build_object(
            'parcel_id', parcels.parcel_id,
            'shipment_id', parcels.shipment_id,
            'shipment_number', parcels.shipment_number,
            'order_id', parcels.order_id,
            'order_number', parcels.order_number,
            'request_id', {{ label_request_id("parcels.parcel_id") }},
            'group_id', {{ label_group_id("parcels.shipment_id") }},
            'is_contract', (parcels.request -> 'is_contract')::boolean,
            'service_code', parcels.service_code,
            'service_name', parcels.service_name,
            'expected_delivery_date', parcels.expected_delivery_date,
            'quoted_amount', parcels.parcel ->> 'amount',
            'sender', parcels.request -> 'sender',
            'destination', jsonb_build_object(
                'name', left(coalesce(nullif(btrim(parcels.delivery_name), ''), parcels.delivery_company), 44),
                'company', left(parcels.delivery_company, 44),
                'street', parcels.delivery_street,
                'street_2', parcels.delivery_street_2,
                'city', parcels.delivery_city,
                'province', parcels.delivery_province,
                'postal_code', parcels.delivery_postal_code,
                'country', parcels.delivery_country,
                'phone', left(parcels.phone, 25)
            ),
            'parcel', (parcels.parcel - array['amount', 'gst_amount', 'hst_amount', 'qst_amount', 'total_amount'])
            || jsonb_build_object('count', jsonb_array_length(parcels.parcels)),
            'lines', parcels.lines,
            'customs', coalesce(declared.customs, '[]'::jsonb),
            'document_path', {{ order_folder("parcels.order_id", "parcels.order_number") }}
            || '/label-' || parcels.shipment_number || '-' || (parcels.parcel ->> 'number') || '.pdf'
        ) as payload,
        case
            when parcels.hold_reason is not null then 'needs_person'
            when parcels.is_estimate then 'retry'
            when parcels.request -> 'sender' ->> 'phone' is null then 'mapping_missing'
            when parcels.goes_to_box then 'needs_person'
            when declared.lacks_rate then 'mapping_missing'
        end as hold_class,
        case
            when parcels.hold_reason is not null then parcels.hold_reason
            when parcels.is_estimate then 'the price is only an estimate: the label waits until Canada Post answers'
            when parcels.request -> 'sender' ->> 'phone' is null then 'the sender''s phone is missing: [shipping] phone'
            when parcels.goes_to_box then 'Priority does not go to a post office box'
            when declared.lacks_rate then 'the customs value needs a rate for ' || parcels.currency
        end as hold_reason
    from parcels
    left join declared on parcels.parcel_id = declared.parcel_id

),

-- Parcels whose box may not change any more, and that have no label yet.
committed as (

    select
        parcels.parcel_id as write_key,
        parcels.shipment_id,
        parcels.order_id,
        parcels.quoted_amount,
        parcels.request as payload,
        null::text as hold_class,
        null::text as hold_reason
    from {{ ref("parcels") }} as parcels
    inner join {{ ref("planned_shipments") }} as shipments on parcels.shipment_id = shipments.shipment_id
    where shipments.state in ('committed', 'shipped') and parcels.label_state not in ('confirmed', 'voided')

),

unioned as (

    select * from payloads
    union all
    select * from committed
    where write_key not in (select payloads.write_key from payloads)

)

select
    write_key,
    'posting' as write_kind,
    shipment_id,
    order_id,
    quoted_amount,
    payload,
    md5(payload::text) as payload_hash,
    hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from unioned
