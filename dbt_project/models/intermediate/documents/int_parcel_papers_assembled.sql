{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What goes with each box whose label was bought: the page with the label and the slip of the box, and a customs form where it
-- leaves the country.
with heads as (

    select * from {{ ref("int_document_heads") }}
    {{ where_changed("owner_id", "int_documents_changed") }}
    and is_wanted

),

parcels as (

    select * from {{ ref("parcels") }}
    where
        order_id in (select heads.order_id from heads)
        and label_state = 'confirmed'
        and not is_voided
        and label_document_path is not null

),

customs_lines as (

    select
        parcels.parcel_id,
        jsonb_agg(
            jsonb_build_object(
                'sku', line.entry -> 'sku',
                'description', line.entry -> 'product_name',
                'quantity', line.entry -> 'quantity',
                'weight_g', (line.entry ->> 'unit_weight_g')::numeric * (line.entry ->> 'quantity')::numeric,
                'value', line.entry -> 'goods_amount',
                'hs_code', line.entry -> 'hs_code',
                'origin_country', line.entry -> 'origin_country'
            )
            order by line.position
        ) as lines
    from parcels
    cross join lateral jsonb_array_elements({{ json_list("parcels.lines") }}) with ordinality as line (entry, position)
    group by parcels.parcel_id

),

business as (

    select * from {{ ref("stg_settings__business") }}

)

select
    'label_page:' || parcels.parcel_id as document_key,
    heads.owner_id,
    'label_page' as kind,
    heads.head || jsonb_build_object(
        'kind', 'label_page',
        'document_key', 'label_page:' || parcels.parcel_id,
        'shipment_id', parcels.shipment_id,
        'parcel_id', parcels.parcel_id,
        'parcel_count', parcels.parcel_count,
        'label_path', parcels.label_document_path,
        'delivery', heads.delivery,
        'lines', parcels.lines,
        'parcel', jsonb_build_object(
            'parcel_number', parcels.parcel_number,
            'box', parcels.box,
            'weight_g', parcels.weight_g,
            'service_name', parcels.service_name,
            'tracking_number', parcels.tracking_number
        )
    ) as payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from parcels
inner join heads on parcels.order_id = heads.order_id

union all

select
    'customs_form:' || parcels.parcel_id as document_key,
    heads.owner_id,
    'customs_form' as kind,
    heads.head || jsonb_build_object(
        'kind', 'customs_form',
        'document_key', 'customs_form:' || parcels.parcel_id,
        'shipment_id', parcels.shipment_id,
        'parcel_id', parcels.parcel_id,
        'delivery', heads.delivery,
        'phone', heads.phone,
        'currency', heads.currency,
        'tracking_number', parcels.tracking_number,
        'service_name', parcels.service_name,
        'weight_g', parcels.weight_g,
        'lines', coalesce(customs_lines.lines, '[]'::jsonb)
    ) as payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from parcels
inner join heads on parcels.order_id = heads.order_id
left join customs_lines on parcels.parcel_id = customs_lines.parcel_id
left join business on true
where coalesce(parcels.delivery_country, heads.delivery_country) <> business.country
