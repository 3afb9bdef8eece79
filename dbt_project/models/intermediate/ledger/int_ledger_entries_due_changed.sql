-- depends_on: {{ ref("stg_odoo__res_company") }}, {{ ref("ledger_postings") }}
{{ config(materialized="table", indexes=[{"columns": ["base_key"], "unique": true}]) }}

{% set before = as_it_stands("outbound", "out_odoo__ledger_entries") %}

-- Entries that this build looks at again: an event came into one, left it, or changed; one went to the books; or the day
-- up to which the books are locked moved.
with changed as (

    select base_key from {{ ref("int_ledger_events_changed") }}

    union

    select events.base_key
    from {{ ref("ledger_events") }} as events
    where events.source_key in (select those.source_key from {{ ref("int_ledger_events_changed") }} as those)

    union

    select sent.base_key
    from {{ ref("int_ledger_events_sent") }} as sent
    where sent.source_key in (select those.source_key from {{ ref("int_ledger_events_changed") }} as those)

    union

    select {{ base_key_of("write_key") }} as base_key
    from {{ ref("stg_sync__writes") }}
    where system = 'odoo' and thing = 'ledger_entry' and {{ is_new() }}

    {% if before %}
        union

        select before.base_key
        from {{ before }} as before
        where
            exists (select 1 from {{ ref("stg_odoo__res_company") }} as companies where {{ is_new("companies.build_id") }})
            and not exists (
                select 1 from {{ ref("ledger_postings") }} as postings where before.write_key = postings.write_key
            )
    {% endif %}

)

select
    base_key,
    {{ var("build_id") }}::bigint as build_id
from changed
where base_key is not null
