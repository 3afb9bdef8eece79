{{ config(
    materialized="table",
    indexes=[{"columns": ["source_key"]}, {"columns": ["base_key"]}],
) }}

{% set before = as_it_stands("marts", "ledger_events") %}

-- Events whose entry this build looks at again, with the entry they were to be in: they happened, or otherwise; their
-- entry went to the books; or they waited for the end of their day.
with new_writes as (

    select {{ base_key_of("write_key") }} as base_key
    from {{ ref("stg_sync__writes") }}
    where system = 'odoo' and thing = 'ledger_entry' and {{ is_new() }}

),

changed as (

    select source_key from {{ ref("int_postings_changed") }}

    union

    select source_key
    from {{ ref("int_ledger_events_sent") }}
    where {{ is_new() }}

    {% if before %}
        union

        select before.source_key
        from {{ before }} as before
        where before.base_key in (select new_writes.base_key from new_writes)

        union

        -- What is late for a summary that is in the books goes into another one.
        select before.source_key
        from {{ before }} as before
        where before.summary_group in (select {{ summary_group_of("new_writes.base_key") }} from new_writes)

        union

        select before.source_key
        from {{ before }} as before
        where before.waits_for_its_day
    {% endif %}

)

select
    changed.source_key,
    {% if before %}
        before.base_key,
    {% else %}
        null::text as base_key,
    {% endif %}
    {{ var("build_id") }}::bigint as build_id
from changed
{% if before %}
    left join {{ before }} as before on changed.source_key = before.source_key
{% endif %}
where changed.source_key is not null
