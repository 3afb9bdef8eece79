{{ config(
    materialized="table",
    meta={"system": "canadapost", "thing": "void"},
    indexes=[{"columns": ["write_key"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Labels of orders that were called off, of parcels that never left: void, or once handed over, their money asked back.
with parcels as (

    select parcels.*
    from {{ ref("parcels") }} as parcels
    inner join {{ ref("orders") }} as orders on parcels.order_id = orders.order_id
    where
        parcels.label_state = 'confirmed' and not parcels.is_voided and parcels.first_scanned_at is null
        and {{ is_called_off("orders") }}

),

payloads as (

    select
        parcels.*,
        jsonb_build_object(
            'parcel_id', parcel_id,
            'shipment_id', shipment_id,
            'order_id', order_id,
            'shipment_id_canadapost', shipment_id_canadapost,
            'is_contract', is_contract,
            'email', sender_email
        ) as payload
    from parcels

)

select
    parcel_id as write_key,
    'posting' as write_kind,
    order_id,
    shipment_id,
    total_amount,
    payload,
    md5(payload::text) as payload_hash,
    case when sender_email is null then 'mapping_missing' end as hold_class,
    case when sender_email is null then 'the refund needs an address of ours: [mail] sender' end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
