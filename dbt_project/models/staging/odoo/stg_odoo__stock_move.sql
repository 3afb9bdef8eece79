{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["stock_move_id"]},
        {"columns": ["picking_id"]},
        {"columns": ["purchase_order_line_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_move",
        [
            "id", "product_id", "picking_id", "location_id", "location_dest_id",
            "product_uom_qty", "quantity", "state", "origin", "date", "sale_line_id",
            "purchase_line_id", "create_date", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as stock_move_id,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_bigint("picking_id") }} as picking_id,
    {{ as_bigint("location_id") }} as location_id,
    {{ as_bigint("location_dest_id") }} as destination_location_id,
    {{ as_decimal("product_uom_qty") }} as demanded_quantity,
    {{ as_decimal("quantity") }} as moved_quantity,
    state,
    origin,
    {{ as_utc("date") }} as moved_at,
    {{ as_bigint("sale_line_id") }} as sale_order_line_id,
    {{ as_bigint("purchase_line_id") }} as purchase_order_line_id,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "product_id": "bigint!",
        "picking_id": "bigint",
        "location_id": "bigint!",
        "location_dest_id": "bigint!",
        "product_uom_qty": "numeric!",
        "quantity": "numeric",
        "state": "text!",
        "date": "timestamp",
        "sale_line_id": "bigint",
        "purchase_line_id": "bigint",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
