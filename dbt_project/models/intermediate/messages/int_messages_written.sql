{{ config(
    unique_key="write_id",
    indexes=[
        {"columns": ["write_id"], "unique": true},
        {"columns": ["message_key"]},
        {"columns": ["order_id"]},
        {"columns": ["message_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Mails that were planned, and what became of them, from the record of every write.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'mail' and thing = 'message'
        {% if is_incremental() %}and {{ is_new() }}{% endif %}

)

select
    write_id,
    write_key as message_key,
    split_part(write_key, ':', 1) as kind,
    payload ->> 'order_id' as order_id,
    payload ->> 'message_id' as message_id,
    payload,
    payload_hash,
    status,
    reason_class,
    reason,
    is_current,
    -- it was said, or may have been, or a person has seen to it: never again by itself
    is_current and status in ('sent', 'unknown', 'confirmed', 'waived') as is_told,
    is_current and status in ('sent', 'unknown') as is_in_doubt,
    coalesce((payload ->> 'asks')::boolean, false) as has_asked,
    {{ as_day("payload ->> 'promise_date'") }} as promise_date,
    sent_at,
    {{ var("build_id") }}::bigint as build_id
from writes
