{{ config(
    unique_key="document_key",
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["refund_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every document that was issued, and where its file is.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'documents' and thing = 'document' and status = 'confirmed'
        {% if is_incremental() %}and {{ is_new() }}{% endif %}

)

select
    write_key as document_key,
    payload ->> 'kind' as kind,
    payload #>> '{order,order_id}' as order_id,
    payload ->> 'shipment_id' as shipment_id,
    payload ->> 'parcel_id' as parcel_id,
    payload ->> 'refund_id' as refund_id,
    read_back ->> 'number' as document_number,
    payload ->> 'language' as language,
    (read_back ->> 'issued_on')::date as issued_on,
    read_back ->> 'path' as path,
    read_back ->> 'sha256' as sha256,
    (read_back ->> 'page_count')::integer as page_count,
    payload ->> 'currency' as currency,
    case payload ->> 'kind'
        when 'invoice'
            then
                (payload ->> 'total_amount')::numeric
                + coalesce((payload #>> '{shipping_billed,total_amount}')::numeric, 0)
        when 'credit_note' then (payload ->> 'amount')::numeric
    end as amount,
    case payload ->> 'kind' when 'invoice' then (payload ->> 'balance_amount')::numeric end as balance_amount,
    case payload ->> 'kind' when 'invoice' then (payload ->> 'is_paid')::boolean end as is_paid,
    finished_at as issued_at,
    {{ var("build_id") }}::bigint as build_id
from writes
