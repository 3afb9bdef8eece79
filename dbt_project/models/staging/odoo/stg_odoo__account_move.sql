{{ config(
    unique_key="ledger_entry_id",
    indexes=[
        {"columns": ["ledger_entry_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["account_move_id"]},
        {"columns": ["journal_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "account_move",
        [
            "id", "name", "ref", "external_id", "move_type", "state", "date", "journal_id",
            "currency_id", "amount_total", "partner_id", "reversed_entry_id", "create_date",
            "write_date"
        ],
    ) }}

)

select
    'odoo:' || record_key as ledger_entry_id,
    {{ as_bigint("id") }} as account_move_id,
    name as entry_number,
    ref as reference,
    external_id,
    move_type as entry_type,
    state,
    {{ as_day("date") }} as entry_date,
    {{ as_bigint("journal_id") }} as journal_id,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ money(as_numeric("amount_total")) }} as total_amount,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_bigint("reversed_entry_id") }} as reversed_account_move_id,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "move_type": "text!",
        "state": "text!",
        "date": "timestamp!",
        "journal_id": "bigint!",
        "currency_id": "bigint!",
        "amount_total": "numeric",
        "partner_id": "bigint",
        "reversed_entry_id": "bigint",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
