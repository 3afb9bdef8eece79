{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["journal_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "account_journal",
        [
            "id", "code", "name", "type", "write_date"
        ],
        flags=["active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as journal_id,
    code as journal_code,
    name as journal_name,
    type as journal_type,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "code": "text!",
        "name": "text!",
        "type": "text!",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
