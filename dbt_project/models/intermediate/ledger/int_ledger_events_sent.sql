-- depends_on: {{ ref("stg_sync__writes") }}
{{ config(
    unique_key="write_key",
    meta={"changed": "stg_sync__writes"},
    indexes=[
        {"columns": ["event_id"]},
        {"columns": ["source_key"]},
        {"columns": ["base_key"]},
        {"columns": ["write_key"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Which events the entries in the books are of. An event stays with its entry for ever: whatever the mode is later,
-- it is posted once.
with postings as (

    select * from {{ ref("ledger_postings") }}
    where
        not is_reversal
        {% if is_incremental() %}
            and write_key in (select those.write_key from {{ ref("ledger_postings") }} as those where {{ is_new() }})
        {% endif %}

)

select
    event.entry ->> 'event_id' as event_id,
    event.entry ->> 'event_kind' as event_kind,
    event.entry ->> 'source_key' as source_key,
    postings.base_key,
    postings.write_key,
    postings.sequence_number,
    {{ var("build_id") }}::bigint as build_id
from postings
cross join lateral jsonb_array_elements(postings.payload -> 'events') as event (entry)
