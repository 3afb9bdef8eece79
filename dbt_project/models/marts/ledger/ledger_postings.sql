{{ config(
    unique_key="write_key",
    meta={"changed": "stg_sync__writes"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["base_key"]},
        {"columns": ["summary_group"]},
        {"columns": ["ledger_entry_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every entry that went to the books, reversals included, as it was sent. One whose answer is not known counts too:
-- it is looked up there before anything else is sent under its key.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'odoo'
        and thing = 'ledger_entry'
        and status in ('sent', 'unknown', 'confirmed')
        {% if is_incremental() %}
            and write_key in (
                select changed.write_key
                from {{ ref("stg_sync__writes") }} as changed
                where changed.build_id = {{ var("build_id") }} and changed.system = 'odoo' and changed.thing = 'ledger_entry'
            )
        {% endif %}

),

-- <base>, then <base>__2, <base>__3 .. after each reversal <base>__reversal_1, <base>__reversal_2 ..
taken_apart as (

    select
        writes.*,
        {{ base_key_of("write_key") }} as base_key,
        coalesce(substring(write_key from '__(?:reversal_)?([0-9]+)$'), '1')::integer as sequence_number,
        write_key like '%\_\_reversal\_%' as is_reversal
    from writes

)

select
    write_key,
    base_key,
    sequence_number,
    is_reversal,
    case when base_key like 'summary\_%' then {{ summary_group_of("base_key") }} end as summary_group,
    status = 'confirmed' as is_confirmed,
    'odoo:' || target_id as ledger_entry_id,
    target_name as entry_number,
    payload ->> 'external_id' as external_id,
    payload ->> 'ref' as title,
    (payload ->> 'date')::date as entry_date,
    (payload ->> 'occurred_on')::date as occurred_on,
    payload ->> 'content_hash' as content_hash,
    payload,
    payload_hash,
    read_back,
    drift is not null as has_drift,
    finished_at as posted_at,
    {{ var("build_id") }}::bigint as build_id
from taken_apart
