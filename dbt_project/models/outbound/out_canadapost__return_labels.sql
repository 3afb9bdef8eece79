{{ config(
    materialized="table",
    meta={"system": "canadapost", "thing": "return_label"},
    indexes=[{"columns": ["write_key"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Labels with which a parcel within Canada can come back, where the settings say that each has one.
with parcels as (

    select * from {{ ref("parcels") }}
    where
        has_return_label and label_state = 'confirmed' and not is_voided and delivery_country = 'CA'

),

payloads as (

    select
        parcels.*,
        jsonb_build_object(
            'parcel_id', parcel_id,
            'order_number', order_number,
            'request_id', {{ label_request_id("parcel_id || ':r'") }},
            'group_id', {{ label_group_id("parcel_id || ':r'") }},
            'is_contract', true,
            'service_code', 'DOM.EP',
            'sender', (request -> 'destination') || jsonb_build_object(
                'phone', coalesce(nullif(request -> 'destination' ->> 'phone', ''), request -> 'sender' ->> 'phone')
            ),
            'destination', request -> 'sender',
            'parcel', request -> 'parcel',
            'document_path', regexp_replace(request ->> 'document_path', '/label-', '/return-label-')
        ) as payload
    from parcels

)

select
    parcel_id || ':return' as write_key,
    'posting' as write_kind,
    parcel_id,
    order_id,
    payload,
    md5(payload::text) as payload_hash,
    case when not is_contract then 'needs_person' end as hold_class,
    case when not is_contract then 'a return label needs a contract with Canada Post' end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
