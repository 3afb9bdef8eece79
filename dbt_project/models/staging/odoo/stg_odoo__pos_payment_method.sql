{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["payment_method_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "pos_payment_method",
        [
            "id", "name", "journal_id", "write_date"
        ],
        flags=["is_cash_count", "active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as payment_method_id,
    name as payment_method_name,
    {{ as_bigint("journal_id") }} as journal_id,
    {{ as_boolean("is_cash_count") }} as is_cash,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "journal_id": "bigint",
        "is_cash_count": "boolean",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
