{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["reordering_rule_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_warehouse_orderpoint",
        [
            "id", "name", "product_id", "location_id", "product_min_qty", "product_max_qty",
            "write_date"
        ],
        flags=["active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as reordering_rule_id,
    name as rule_name,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_bigint("location_id") }} as location_id,
    {{ as_decimal("product_min_qty") }} as minimum_quantity,
    {{ as_decimal("product_max_qty") }} as maximum_quantity,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "product_id": "bigint!",
        "location_id": "bigint!",
        "product_min_qty": "numeric",
        "product_max_qty": "numeric",
        "active": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
