{{ config(
    unique_key="write_id",
    indexes=[
        {"columns": ["fulfilment_write_id"], "unique": true},
        {"columns": ["write_id"]},
        {"columns": ["order_id"]},
        {"columns": ["shipment_id"]},
        {"columns": ["tracking_number"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What was done for an order's shipments and said of its promises, from the record of every write: labels and what became of
-- them, slips, letters about a backorder, deliveries in Odoo. A manifest is one row for each of its parcels.
with writes as (

    select
        write_id,
        system || '/' || thing as kind,
        write_key,
        payload,
        read_back,
        target_id,
        status in ('sent', 'unknown', 'confirmed') as is_done,
        status = 'confirmed' as is_confirmed,
        coalesce(sent_at, planned_at) as done_at,
        finished_at
    from {{ ref("stg_sync__writes") }}
    where
        (system, thing) in (
            ('canadapost', 'label'),
            ('canadapost', 'void'),
            ('canadapost', 'manifest'),
            ('documents', 'document'),
            ('mail', 'message'),
            ('odoo', 'delivery')
        )
        {% if is_incremental() %}and {{ is_new() }}{% endif %}

),

named as (

    select
        writes.*,
        case
            when writes.kind in ('canadapost/label', 'canadapost/void') then writes.write_key
            when writes.kind = 'canadapost/manifest' then parcel.parcel_id
        end as parcel_id,
        case
            when writes.kind in ('canadapost/label', 'canadapost/void')
                then coalesce(writes.payload ->> 'shipment_id', regexp_replace(writes.write_key, ':[0-9]+$', ''))
            when writes.kind = 'canadapost/manifest' then regexp_replace(parcel.parcel_id, ':[0-9]+$', '')
            when writes.kind = 'odoo/delivery' then writes.write_key
            when writes.write_key like 'packing\_slip:%' then substr(writes.write_key, length('packing_slip:') + 1)
        end as shipment_id,
        -- backorder:<order>:1, delay:<order>:2
        case
            when writes.kind = 'mail/message' and writes.write_key ~ '^(backorder|delay):'
                then regexp_replace(regexp_replace(writes.write_key, '^[a-z]+:', ''), ':[0-9]+$', '')
        end as told_order_id
    from writes
    left join lateral jsonb_array_elements_text({{ json_list("writes.payload -> 'parcels'") }}) as parcel (parcel_id)
        on writes.kind = 'canadapost/manifest'

)

select
    write_id || coalesce(':' || parcel_id, '') as fulfilment_write_id,
    write_id,
    case
        when kind = 'documents/document' then 'packing_slip'
        when kind = 'mail/message' then 'promise'
        else split_part(kind, '/', 2)
    end as kind,
    coalesce(told_order_id, regexp_replace(shipment_id, ':[0-9]+$', '')) as order_id,
    shipment_id,
    parcel_id,
    case when kind = 'canadapost/label' then left(read_back ->> 'tracking_number', 64) end as tracking_number,
    payload,
    target_id,
    is_done,
    is_confirmed,
    done_at,
    finished_at,
    {{ var("build_id") }}::bigint as build_id
from named
where shipment_id is not null or told_order_id is not null
