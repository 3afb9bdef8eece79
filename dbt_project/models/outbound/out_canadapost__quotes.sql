{{ config(
    materialized="table",
    meta={"system": "canadapost", "thing": "quote"},
    indexes=[{"columns": ["write_key"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Boxes whose price is asked for: each that is planned, and both ways that a customer may choose.
select
    quote_key as write_key,
    'level' as write_kind,
    order_id,
    shipment_id,
    request as payload,
    request_hash as payload_hash,
    case when hold_reason is not null then 'needs_person' end as hold_class,
    hold_reason,
    -- whether it is due says the loader: not priced yet, an estimate of an earlier run, or an old price
    null::timestamptz as observed_at,
    {{ var("build_id") }}::bigint as build_id
from {{ ref("shipping_quotes") }}
where is_requested
