{{ config(materialized="table", indexes=[{"columns": ["record_key"], "unique": true}]) }}

-- Entries of ours whose proof this build looks at again: one went to the books, or it changed there.
with changed as (

    select write_key as record_key
    from {{ ref("stg_sync__writes") }}
    where system = 'odoo' and thing = 'ledger_entry' and {{ is_new() }}

    union

    select substring(external_id from '^counterflow\.ledger_entry_(.*)$') as record_key
    from {{ ref("ledger_entries") }}
    where {{ is_new() }}

)

select
    record_key,
    {{ var("build_id") }}::bigint as build_id
from changed
where record_key is not null
