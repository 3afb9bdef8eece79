{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["location_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_location",
        [
            "id", "complete_name", "usage", "warehouse_id", "write_date"
        ],
        flags=["active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as location_id,
    complete_name as location_name,
    usage,
    {{ as_bigint("warehouse_id") }} as warehouse_id,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "complete_name": "text!",
        "usage": "text!",
        "warehouse_id": "bigint",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
