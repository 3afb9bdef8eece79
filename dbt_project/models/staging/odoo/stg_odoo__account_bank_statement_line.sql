{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["bank_statement_line_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "account_bank_statement_line",
        [
            "id", "date", "amount", "payment_ref", "journal_id", "move_id", "currency_id",
            "partner_id", "create_date", "write_date"
        ],
        flags=["is_reconciled"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as bank_statement_line_id,
    {{ as_day("date") }} as line_date,
    {{ money(as_numeric("amount")) }} as amount,
    payment_ref as bank_text,
    {{ as_bigint("journal_id") }} as journal_id,
    {{ as_bigint("move_id") }} as account_move_id,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_boolean("is_reconciled") }} as is_reconciled,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "date": "timestamp!",
        "amount": "numeric!",
        "journal_id": "bigint!",
        "move_id": "bigint!",
        "currency_id": "bigint!",
        "partner_id": "bigint",
        "is_reconciled": "boolean",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
