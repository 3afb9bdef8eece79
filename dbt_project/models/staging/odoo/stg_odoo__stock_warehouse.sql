{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["warehouse_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_warehouse",
        [
            "id", "name", "code", "lot_stock_id", "write_date"
        ],
        flags=["active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as warehouse_id,
    name as warehouse_name,
    code as warehouse_code,
    {{ as_bigint("lot_stock_id") }} as stock_location_id,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "lot_stock_id": "bigint",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
