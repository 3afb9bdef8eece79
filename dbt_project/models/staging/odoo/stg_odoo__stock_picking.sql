{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["picking_id"]},
        {"columns": ["sale_order_id_odoo"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_picking",
        [
            "id", "name", "state", "origin", "picking_type_code", "partner_id", "location_id",
            "location_dest_id", "scheduled_date", "date_done", "sale_id", "backorder_id",
            "create_date", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as picking_id,
    name as picking_number,
    state,
    origin,
    picking_type_code as picking_type,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_bigint("location_id") }} as location_id,
    {{ as_bigint("location_dest_id") }} as destination_location_id,
    {{ as_utc("scheduled_date") }} as scheduled_at,
    {{ as_utc("date_done") }} as done_at,
    {{ as_bigint("sale_id") }} as sale_order_id_odoo,
    {{ as_bigint("backorder_id") }} as backorder_of_picking_id,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "state": "text!",
        "partner_id": "bigint",
        "location_id": "bigint",
        "location_dest_id": "bigint",
        "scheduled_date": "timestamp",
        "date_done": "timestamp",
        "sale_id": "bigint",
        "backorder_id": "bigint",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
