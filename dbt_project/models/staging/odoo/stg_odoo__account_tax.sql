{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["tax_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "account_tax",
        [
            "id", "name", "amount", "amount_type", "type_tax_use", "write_date"
        ],
        lists=["children_tax_ids"],
        flags=["active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as tax_id,
    name as tax_name,
    {{ as_decimal("amount") }} as tax_percent,
    amount_type as calculation,
    type_tax_use as tax_use,
    coalesce({{ as_type("children_tax_ids", "bigint[]") }}, '{}') as child_tax_ids,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "amount": "numeric!",
        "amount_type": "text!",
        "children_tax_ids": "bigint[]",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
