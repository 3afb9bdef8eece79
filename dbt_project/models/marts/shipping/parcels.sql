{{ config(
    unique_key="parcel_id",
    meta={"changed": "int_parcels_changed"},
    indexes=[
        {"columns": ["parcel_id"], "unique": true},
        {"columns": ["shipment_id"]},
        {"columns": ["order_id"]},
        {"columns": ["tracking_number"]},
        {"columns": ["label_state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Parcels for which a label was bought or is to be: what is in them, what they cost, where they are.
with labels as (

    select * from {{ ref("stg_sync__writes") }}
    {{ where_changed("write_key", "int_parcels_changed", "parcel_id") }}
    and system = 'canadapost' and thing = 'label' and is_current and status not in ('superseded', 'waived')

),

afterwards as (

    select
        parcel_id,
        bool_or(kind = 'void' and is_confirmed) as is_voided,
        min(finished_at) filter (where kind = 'manifest' and is_confirmed) as transmitted_at,
        bool_or(kind = 'manifest') as is_on_manifest
    from {{ ref("int_fulfilment_writes") }}
    where kind in ('void', 'manifest') and is_done and parcel_id in (select labels.write_key from labels)
    group by parcel_id

),

return_labels as (

    select
        regexp_replace(write_key, ':return$', '') as parcel_id,
        read_back ->> 'tracking_number' as tracking_number,
        read_back ->> 'document_path' as document_path
    from {{ ref("stg_sync__writes") }}
    where system = 'canadapost' and thing = 'return_label' and is_current and status = 'confirmed'

),

-- What is in each box: its part of the shipment's lines, amounts to the cent with what is in the boxes before it.
contents as (

    select
        labels.write_key as parcel_id,
        jsonb_agg(
            line.entry || jsonb_build_object(
                'quantity', content.quantity,
                'goods_amount',
                {{ money_text(money("(line.entry ->> 'goods_amount')::numeric * content.quantity / line.quantity")) }}
            )
            order by (line.entry ->> 'line_number')::integer, line.entry ->> 'order_line_id'
        ) as lines,
        sum({{ money("(line.entry ->> 'goods_amount')::numeric * content.quantity / line.quantity") }}) as goods_amount
    from labels
    cross join lateral (
        select
            packed.entry ->> 'order_line_id' as order_line_id,
            (packed.entry ->> 'quantity')::numeric as quantity
        from jsonb_array_elements({{ json_list("labels.payload -> 'parcel' -> 'contents'") }}) as packed (entry)
    ) as content
    inner join lateral (
        select
            sent.entry,
            (sent.entry ->> 'quantity')::numeric as quantity
        from jsonb_array_elements({{ json_list("labels.payload -> 'lines'") }}) as sent (entry)
    ) as line on content.order_line_id = line.entry ->> 'order_line_id' and line.quantity > 0
    group by labels.write_key

)

select
    labels.write_key as parcel_id,
    labels.payload ->> 'shipment_id' as shipment_id,
    labels.payload ->> 'order_id' as order_id,
    labels.payload ->> 'order_number' as order_number,
    (labels.payload ->> 'shipment_number')::integer as shipment_number,
    (labels.payload -> 'parcel' ->> 'number')::integer as parcel_number,
    (labels.payload -> 'parcel' ->> 'count')::integer as parcel_count,
    labels.payload -> 'parcel' ->> 'box' as box,
    (labels.payload -> 'parcel' ->> 'weight_g')::integer as weight_g,
    (labels.payload -> 'parcel' ->> 'length_mm')::integer as length_mm,
    (labels.payload -> 'parcel' ->> 'width_mm')::integer as width_mm,
    (labels.payload -> 'parcel' ->> 'height_mm')::integer as height_mm,
    labels.payload ->> 'service_code' as service_code,
    labels.payload ->> 'service_name' as service_name,
    (labels.payload ->> 'is_contract')::boolean as is_contract,
    labels.payload -> 'destination' ->> 'country' as delivery_country,
    labels.payload -> 'destination' ->> 'province' as delivery_province,
    coalesce(contents.lines, '[]'::jsonb) as lines,
    contents.goods_amount,
    case when coalesce(afterwards.is_voided, false) then 'voided' else labels.status end as label_state,
    labels.reason as label_problem,
    labels.read_back ->> 'tracking_number' as tracking_number,
    labels.target_id as shipment_id_canadapost,
    labels.read_back ->> 'document_path' as label_document_path,
    return_labels.tracking_number as return_tracking_number,
    return_labels.document_path as return_label_document_path,
    (labels.payload ->> 'quoted_amount')::numeric as quoted_amount,
    (labels.read_back ->> 'amount')::numeric as amount,
    (labels.read_back ->> 'gst_amount')::numeric as gst_amount,
    (labels.read_back ->> 'hst_amount')::numeric as hst_amount,
    (labels.read_back ->> 'qst_amount')::numeric as qst_amount,
    (labels.read_back ->> 'total_amount')::numeric as total_amount,
    case when labels.status = 'confirmed' then labels.finished_at end as bought_at,
    coalesce(afterwards.is_voided, false) as is_voided,
    coalesce(afterwards.is_on_manifest, false) as is_on_manifest,
    afterwards.transmitted_at is not null as is_transmitted,
    afterwards.transmitted_at,
    case when labels.status = 'confirmed' then coalesce(tracked.tracking_status, 'label') end as tracking_status,
    tracked.tracking_at,
    tracked.tracking_text,
    tracked.first_scanned_at,
    coalesce(tracked.expected_delivery_date, (labels.payload ->> 'expected_delivery_date')::date) as expected_delivery_date,
    tracked.delivered_at,
    -- settings that outbound needs beside it
    business.time_zone,
    senders.sender as sender_email,
    coalesce(shipping.return_labels, false) as has_return_label,
    labels.payload as request,
    {{ var("build_id") }}::bigint as build_id
from labels
left join afterwards on labels.write_key = afterwards.parcel_id
left join return_labels on labels.write_key = return_labels.parcel_id
left join contents on labels.write_key = contents.parcel_id
left join {{ ref("stg_settings__business") }} as business on true
left join {{ ref("stg_settings__shipping") }} as shipping on true
left join {{ ref("stg_settings__mail") }} as senders on true
left join {{ ref("int_parcels_tracked") }} as tracked on labels.read_back ->> 'tracking_number' = tracked.tracking_number
