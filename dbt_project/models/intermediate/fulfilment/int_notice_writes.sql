{{ config(
    unique_key="write_id",
    indexes=[
        {"columns": ["write_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["write_key"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What the shop and Odoo were told of an order's shipments: notes and status in the shop, deliveries in Odoo.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        (system, thing) in (('woocommerce', 'order_note'), ('woocommerce', 'order_status'), ('odoo', 'delivery'))
        {% if is_incremental() %}
            and {{ is_new() }}
        {% endif %}

)

select
    write_id,
    thing as kind,
    write_key,
    case when thing = 'order_status' then write_key else regexp_replace(write_key, ':[0-9]+$', '') end as order_id,
    payload,
    is_current,
    is_current and status in ('planned', 'held', 'sent', 'unknown') as is_open,
    is_current and status in ('sent', 'unknown') as is_unknown,
    is_current and status = 'confirmed' as is_told,
    -- It happened: read back, or found to be so already after an answer that never came.
    status = 'confirmed'
    or (status = 'superseded' and sent_at is not null and coalesce(reason = 'the target is so already', false))
        as has_happened,
    target_id,
    finished_at,
    {{ var("build_id") }}::bigint as build_id
from writes
