{{ config(
    unique_key="source_key",
    meta={"changed": "int_postings_changed"},
    indexes=[
        {"columns": ["ledger_line_due_id"], "unique": true},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["order_id"]},
        {"columns": ["role"]},
        {"columns": ["fallback_role"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What each event is to have in the books, line by line, on the accounts of the settings.
with accounts as (

    select * from {{ ref("stg_settings__accounts") }}
    where not is_deleted

),

postings as (

    select * from {{ ref("int_postings_unioned") }}
    {{ where_changed("source_key", "int_postings_changed") }}

),

numbered as (

    select
        postings.*,
        row_number() over (partition by event_id order by position, role, what, currency) as line_key
    from postings

)

select
    numbered.event_id || ':' || numbered.line_key as ledger_line_due_id,
    numbered.source_key,
    numbered.event_id,
    numbered.event_kind,
    numbered.posting_date,
    numbered.order_id,
    numbered.channel,
    numbered.province,
    numbered.title,
    numbered.line_key::integer as line_key,
    numbered.position,
    numbered.role,
    numbered.fallback_role,
    coalesce(by_role.account_code, by_fallback.account_code) as account_code,
    numbered.what as line_name,
    numbered.currency,
    numbered.currency_amount,
    greatest(numbered.amount, 0) as debit_amount,
    greatest(-numbered.amount, 0) as credit_amount,
    {{ var("build_id") }}::bigint as build_id
from numbered
left join accounts as by_role on numbered.role = by_role.role
left join accounts as by_fallback on numbered.fallback_role = by_fallback.role
