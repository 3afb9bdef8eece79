{{ config(
    unique_key="order_line_id",
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["order_line_id_odoo"]},
        {"columns": ["order_id"]},
        {"columns": ["product_id_odoo"]},
        {"columns": ["tax_ids"], "type": "gin"},
        {"columns": ["refunded_order_line_id_odoo"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "pos_order_line",
        [
            "id", "order_id", "full_product_name", "product_id", "qty", "price_unit",
            "discount", "price_subtotal", "price_subtotal_incl", "refunded_orderline_id",
            "write_date"
        ],
        lists=["tax_ids"],
    ) }}

)

select
    'odoo_pos:' || record_key as order_line_id,
    {{ as_bigint("id") }} as order_line_id_odoo,
    'odoo_pos:' || {{ as_bigint("order_id") }} as order_id,
    {{ as_bigint("order_id") }} as order_id_odoo,
    full_product_name as line_name,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_decimal("qty") }} as quantity,
    {{ as_decimal("price_unit") }} as unit_price_amount,
    {{ as_decimal("discount") }} as discount_percent,
    {{ money(as_numeric("price_subtotal")) }} as subtotal_amount,
    {{ money(as_numeric("price_subtotal_incl")) }} as total_amount,
    coalesce({{ as_type("tax_ids", "bigint[]") }}, '{}') as tax_ids,
    {{ as_bigint("refunded_orderline_id") }} as refunded_order_line_id_odoo,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "order_id": "bigint!",
        "product_id": "bigint",
        "qty": "numeric!",
        "price_unit": "numeric",
        "discount": "numeric",
        "price_subtotal": "numeric!",
        "price_subtotal_incl": "numeric!",
        "tax_ids": "bigint[]",
        "refunded_orderline_id": "bigint",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
