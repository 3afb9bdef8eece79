{{ config(
    unique_key="write_id",
    meta={"changed": "stg_sync__writes"},
    indexes=[
        {"columns": ["reconciliation_id"], "unique": true},
        {"columns": ["write_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Everything that Counterflow set out to make true, against what was read back from the system. Counted, not valued: what an
-- entry differs by is told by reconciliation_ledger.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        is_current
        {% if is_incremental() %}
            and build_id = {{ var("build_id") }}
        {% endif %}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

judged as (

    select
        writes.*,
        business.time_zone,
        case
            when writes.status in ('superseded', 'waived') then 'agrees'
            when writes.status = 'confirmed' and writes.drift is null then 'agrees'
            when writes.status = 'confirmed' then 'differs'
            else 'open'
        end as state,
        (
            select string_agg(field.key, ', ' order by field.key)
            from jsonb_object_keys({{ json_object("writes.drift") }}) as field (key)
        ) as fields
    from writes
    left join business on true

)

select
    'write:' || system || ':' || thing || ':' || write_key as reconciliation_id,
    'write' as subject,
    system || ' ' || thing || ' ' || write_key as record_key,
    coalesce(
        case when payload ->> 'order_id' like '%:%' then payload ->> 'order_id' end,
        'woocommerce:' || substring(write_key from '^woocommerce_order_([0-9]+)(?:__.*)?$')
    ) as order_id,
    (planned_at at time zone coalesce(time_zone, 'UTC'))::date as occurred_on,
    1::numeric as expected_amount,
    case when state = 'agrees' then 1 else 0 end::numeric as found_amount,
    case when state = 'agrees' then 0 else 1 end::numeric as difference,
    state,
    case
        when state = 'agrees' then null
        when status = 'confirmed' then 'it was read back different: ' || fields
        when status = 'planned' then 'it goes out with the next delivery' || coalesce(': ' || reason, '')
        when status = 'sent' then 'it is under way, or was cut short'
        when status = 'unknown' then 'no answer came, it is looked up before it is sent again' || coalesce(': ' || reason, '')
        when status = 'refused' then system || ' refused it' || coalesce(': ' || reason, '')
        else status || coalesce(': ' || reason, '')
    end as cause,
    case
        when state <> 'agrees' then greatest((coalesce(finished_at, sent_at, planned_at)::date - planned_at::date), 0)
    end::integer as age_days,
    write_id,
    thing,
    write_key,
    {{ var("build_id") }}::bigint as build_id
from judged
