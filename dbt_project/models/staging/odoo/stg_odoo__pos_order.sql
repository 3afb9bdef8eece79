{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["order_id_odoo"]},
        {"columns": ["partner_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "pos_order",
        [
            "id", "name", "pos_reference", "uuid", "state", "partner_id", "date_order",
            "currency_id", "amount_tax", "amount_total", "amount_paid", "amount_return",
            "session_id", "refunded_order_id", "create_date", "write_date"
        ],
    ) }}

)

select
    'odoo_pos:' || record_key as order_id,
    {{ as_bigint("id") }} as order_id_odoo,
    name as order_number,
    pos_reference as receipt_number,
    uuid as till_uuid,
    state,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_utc("date_order") }} as ordered_at,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ money(as_numeric("amount_tax")) }} as tax_amount,
    {{ money(as_numeric("amount_total")) }} as total_amount,
    {{ money(as_numeric("amount_paid")) }} as paid_amount,
    {{ money(as_numeric("amount_return")) }} as change_amount,
    {{ as_bigint("session_id") }} as session_id,
    {{ as_bigint("refunded_order_id") }} as refunded_order_id_odoo,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "state": "text!",
        "partner_id": "bigint",
        "date_order": "timestamp!",
        "currency_id": "bigint!",
        "amount_tax": "numeric!",
        "amount_total": "numeric!",
        "amount_paid": "numeric",
        "amount_return": "numeric",
        "session_id": "bigint",
        "refunded_order_id": "bigint",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
