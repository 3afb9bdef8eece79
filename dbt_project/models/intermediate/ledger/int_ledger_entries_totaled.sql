{{ config(
    unique_key="ledger_entry_id",
    meta={"changed": "int_ledger_entries_changed"},
    indexes=[
        {"columns": ["ledger_entry_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
    post_hook="create index if not exists int_ledger_entries_unbalanced on {{ this }} (build_id)
        where is_posted and debit_amount <> credit_amount",
) }}

{#- What the lines of each entry add up to. Those that do not balance are in quarantine: read while somebody was
    changing them, as a rule, and right at the next reading. -#}
with entries as (

    select *
    from {{ ref("stg_odoo__account_move") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}

),

lines as (

    select
        ledger_entry_id,
        sum(debit_amount) as debit_amount,
        sum(credit_amount) as credit_amount,
        count(*) as line_count
    from {{ ref("stg_odoo__account_move_line") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}
        and not is_deleted
        and not {{ is_text_line("display_type") }}
    group by ledger_entry_id

)

select
    entries.ledger_entry_id,
    entries.entry_number,
    entries.state = 'posted' and not entries.is_deleted as is_posted,
    coalesce(lines.debit_amount, 0) as debit_amount,
    coalesce(lines.credit_amount, 0) as credit_amount,
    coalesce(lines.line_count, 0) as line_count,
    {{ var("build_id") }}::bigint as build_id
from entries
left join lines on entries.ledger_entry_id = lines.ledger_entry_id
