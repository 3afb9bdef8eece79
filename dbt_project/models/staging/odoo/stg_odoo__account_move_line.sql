{{ config(
    unique_key="ledger_line_id",
    indexes=[
        {"columns": ["ledger_line_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["account_move_line_id"]},
        {"columns": ["ledger_entry_id"]},
        {"columns": ["account_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "account_move_line",
        [
            "id", "move_id", "account_id", "name", "debit", "credit", "amount_currency",
            "currency_id", "partner_id", "tax_line_id", "parent_state", "date", "display_type",
            "write_date"
        ],
    ) }}

)

select
    'odoo:' || record_key as ledger_line_id,
    {{ as_bigint("id") }} as account_move_line_id,
    'odoo:' || {{ as_bigint("move_id") }} as ledger_entry_id,
    {{ as_bigint("move_id") }} as account_move_id,
    {{ as_bigint("account_id") }} as account_id,
    name as line_name,
    {{ money(as_numeric("debit")) }} as debit_amount,
    {{ money(as_numeric("credit")) }} as credit_amount,
    {{ money(as_numeric("amount_currency")) }} as currency_amount,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_bigint("tax_line_id") }} as tax_id,
    parent_state as state,
    {{ as_day("date") }} as entry_date,
    display_type,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "move_id": "bigint!",
        "account_id": "bigint",
        "debit": "numeric",
        "credit": "numeric",
        "amount_currency": "numeric",
        "currency_id": "bigint",
        "partner_id": "bigint",
        "tax_line_id": "bigint",
        "date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
