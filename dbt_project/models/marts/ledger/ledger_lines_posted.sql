-- depends_on: {{ ref("stg_sync__writes") }}
{{ config(
    unique_key="write_key",
    meta={"changed": "stg_sync__writes"},
    indexes=[
        {"columns": ["ledger_line_posted_id"], "unique": true},
        {"columns": ["write_key"]},
        {"columns": ["role"]},
        {"columns": ["account_code", "entry_date"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The lines of every entry that went to the books, as they were sent, each with the role it was posted for.
with postings as (

    select * from {{ ref("ledger_postings") }}
    {% if is_incremental() %}
        where write_key in (select those.write_key from {{ ref("ledger_postings") }} as those where {{ is_new() }})
    {% endif %}

)

select
    postings.write_key || ':' || (line.entry ->> 'line_key') as ledger_line_posted_id,
    postings.write_key,
    postings.base_key,
    postings.ledger_entry_id,
    postings.is_reversal,
    postings.is_confirmed,
    postings.entry_date,
    postings.occurred_on,
    (line.entry ->> 'line_key')::integer as line_key,
    line.entry ->> 'role' as role,
    line.entry ->> 'account_code' as account_code,
    line.entry ->> 'name' as line_name,
    (line.entry ->> 'debit')::numeric as debit_amount,
    (line.entry ->> 'credit')::numeric as credit_amount,
    line.entry ->> 'currency' as currency,
    (line.entry ->> 'currency_amount')::numeric as currency_amount,
    {{ var("build_id") }}::bigint as build_id
from postings
cross join lateral jsonb_array_elements(postings.payload -> 'lines') as line (entry)
