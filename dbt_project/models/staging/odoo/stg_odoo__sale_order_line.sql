{{ config(
    unique_key="order_line_id",
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["order_line_id_odoo"]},
        {"columns": ["order_id"]},
        {"columns": ["product_id_odoo"]},
        {"columns": ["tax_ids"], "type": "gin"},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "sale_order_line",
        [
            "id", "order_id", "sequence", "name", "display_type", "product_id",
            "product_uom_qty", "qty_delivered", "price_unit", "discount", "price_subtotal",
            "price_tax", "price_total", "write_date"
        ],
        lists=["tax_ids"],
    ) }}

)

select
    'odoo_sale:' || record_key as order_line_id,
    {{ as_bigint("id") }} as order_line_id_odoo,
    'odoo_sale:' || {{ as_bigint("order_id") }} as order_id,
    {{ as_bigint("order_id") }} as order_id_odoo,
    {{ as_decimal("sequence") }} as line_position,
    name as line_name,
    display_type,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_decimal("product_uom_qty") }} as ordered_quantity,
    {{ as_decimal("qty_delivered") }} as delivered_quantity,
    {{ as_decimal("price_unit") }} as unit_price_amount,
    {{ as_decimal("discount") }} as discount_percent,
    {{ money(as_numeric("price_subtotal")) }} as subtotal_amount,
    {{ money(as_numeric("price_tax")) }} as tax_amount,
    {{ money(as_numeric("price_total")) }} as total_amount,
    coalesce({{ as_type("tax_ids", "bigint[]") }}, '{}') as tax_ids,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "order_id": "bigint!",
        "sequence": "numeric",
        "product_id": "bigint",
        "product_uom_qty": "numeric",
        "qty_delivered": "numeric",
        "price_unit": "numeric",
        "discount": "numeric",
        "price_subtotal": "numeric!",
        "price_tax": "numeric!",
        "price_total": "numeric!",
        "tax_ids": "bigint[]",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
