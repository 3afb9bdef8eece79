{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["purchase_order_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "purchase_order",
        [
            "id", "name", "state", "partner_id", "date_order", "date_planned", "currency_id",
            "amount_total", "create_date", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as purchase_order_id,
    name as order_number,
    state,
    {{ as_bigint("partner_id") }} as supplier_id_odoo,
    {{ as_utc("date_order") }} as ordered_at,
    {{ as_utc("date_planned") }} as expected_at,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ money(as_numeric("amount_total")) }} as total_amount,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "state": "text!",
        "partner_id": "bigint!",
        "date_order": "timestamp",
        "date_planned": "timestamp",
        "currency_id": "bigint",
        "amount_total": "numeric",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
