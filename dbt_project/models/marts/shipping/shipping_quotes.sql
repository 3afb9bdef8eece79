{{ config(
    unique_key="quote_key",
    meta={"changed": "int_quotes_changed"},
    indexes=[
        {"columns": ["quote_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["shipment_id"]},
        {"columns": ["is_requested"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What a box costs to send, by the carrier or, while it does not answer, by the owner's own rates.
with keys as (

    select quote_key
    from (
        select quote_key from {{ ref("int_quotes_requested") }}
        union
        select write_key from {{ ref("stg_sync__writes") }}
        where system = 'canadapost' and thing = 'quote'
    ) as known
    {{ where_changed("quote_key", "int_quotes_changed") }}

),

requested as (

    select * from {{ ref("int_quotes_requested") }}

),

-- The newest that was answered for the key, and what stands in the way of a newer one.
answered as (

    select distinct on (write_key)
        write_key as quote_key,
        payload_hash,
        read_back,
        finished_at
    from {{ ref("stg_sync__writes") }}
    where
        system = 'canadapost' and thing = 'quote' and read_back is not null
        and write_key in (select keys.quote_key from keys)
    order by write_key, write_id desc

),

open_writes as (

    select
        write_key as quote_key,
        reason
    from {{ ref("stg_sync__writes") }}
    where
        system = 'canadapost' and thing = 'quote' and is_current and status in ('held', 'refused', 'unknown', 'planned')
        and write_key in (select keys.quote_key from keys)

)

select
    keys.quote_key,
    coalesce(requested.shipment_id, case when keys.quote_key ~ ':[0-9]+$' then keys.quote_key end) as shipment_id,
    coalesce(requested.order_id, regexp_replace(keys.quote_key, ':[^:]+$', '')) as order_id,
    coalesce(
        requested.quote_part,
        case when keys.quote_key ~ ':[0-9]+$' then 'shipment' else regexp_replace(keys.quote_key, '^.*:', '') end
    ) as quote_part,
    requested.quote_key is not null as is_requested,
    requested.request,
    requested.request_hash,
    requested.hold_reason,
    coalesce(answered.payload_hash = requested.request_hash, false) as is_quoted,
    answered.read_back ->> 'service_code' as service_code,
    answered.read_back ->> 'service_name' as service_name,
    (answered.read_back ->> 'amount')::numeric as amount,
    (answered.read_back ->> 'tax_amount')::numeric as tax_amount,
    (answered.read_back ->> 'total_amount')::numeric as total_amount,
    (answered.read_back ->> 'transit_days')::integer as transit_days,
    (answered.read_back ->> 'expected_delivery_date')::date as expected_delivery_date,
    (answered.read_back ->> 'is_estimate')::boolean as is_estimate,
    answered.read_back ->> 'source' as source,
    {{ json_list("answered.read_back -> 'parcels'") }} as parcels,
    {{ json_list("answered.read_back -> 'services'") }} as services,
    answered.finished_at as quoted_at,
    open_writes.reason as problem,
    {{ var("build_id") }}::bigint as build_id
from keys
left join requested on keys.quote_key = requested.quote_key
left join answered on keys.quote_key = answered.quote_key
left join open_writes on keys.quote_key = open_writes.quote_key
where requested.quote_key is not null or answered.quote_key is not null
