{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The day's pick list, once its hour has come and there is something to pick: every box that is to be packed, also one whose
-- label was transmitted in the night. It is made once; what comes in after it is on the staff's page.
with business as (

    select
        business.*,
        (now() at time zone business.time_zone)::date as today
    from {{ ref("stg_settings__business") }} as business

),

settings as (

    select * from {{ ref("stg_settings__documents") }}

),

packings as (

    select distinct on (shipment_id)
        shipment_id,
        is_packed
    from {{ ref("stg_portal__packings") }}
    where shipment_id is not null
    order by shipment_id, packing_id desc

),

shipments as (

    select shipments.*
    from {{ ref("planned_shipments") }} as shipments
    inner join {{ ref("int_document_heads") }} as heads on shipments.order_id = heads.order_id
    where
        shipments.shipment_id in (select to_pack.shipment_id from {{ ref("shipments_to_pack") }} as to_pack)
        and shipments.shipment_id not in (select packings.shipment_id from packings where packings.is_packed)
        and shipments.hold_reason is null
        and heads.is_wanted
        and 'pick_list:' || (select business.today from business) in (
            select changed.owner_id from {{ ref("int_documents_changed") }} as changed
        )

),

items as (

    select
        min(lines.sku) as sku,
        min(lines.product_name) as product_name,
        sum(lines.quantity) as quantity,
        jsonb_agg(distinct shipments.order_number) as orders
    from {{ ref("planned_shipment_lines") }} as lines
    inner join shipments on lines.shipment_id = shipments.shipment_id
    group by coalesce(lines.product_id, lines.sku, lines.order_line_id)

),

picked as (

    select jsonb_agg(
        jsonb_build_object('sku', sku, 'product_name', product_name, 'quantity', quantity, 'orders', orders)
        order by sku, product_name
    ) as items
    from items

),

packed as (

    select jsonb_agg(
        jsonb_build_object(
            'shipment_id', shipment_id,
            'order_number', order_number,
            'name', delivery_name,
            'city', delivery_city,
            'province', delivery_province,
            'country', delivery_country,
            'is_pickup', is_pickup,
            'quantity', quantity
        )
        order by length(order_number), order_number, shipment_id
    ) as shipments
    from shipments

)

select
    'pick_list:' || business.today as document_key,
    'pick_list:' || business.today as owner_id,
    'pick_list' as kind,
    jsonb_build_object(
        'kind', 'pick_list',
        'document_key', 'pick_list:' || business.today,
        'language', 'en',
        'time_zone', business.time_zone,
        'seller', {{ seller_json("business") }},
        'day', business.today,
        'items', picked.items,
        'shipments', packed.shipments
    ) as payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from business
cross join settings
cross join picked
cross join packed
where
    packed.shipments is not null
    and business.today >= settings.start_date
    and extract(hour from now() at time zone business.time_zone) >= settings.pick_list_hour
