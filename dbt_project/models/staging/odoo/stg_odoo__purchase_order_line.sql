{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["purchase_order_line_id"]},
        {"columns": ["purchase_order_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "purchase_order_line",
        [
            "id", "order_id", "name", "product_id", "product_qty", "product_uom_qty",
            "qty_received", "price_unit", "date_planned", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as purchase_order_line_id,
    {{ as_bigint("order_id") }} as purchase_order_id,
    name as line_name,
    {{ as_bigint("product_id") }} as product_id_odoo,
    coalesce({{ as_decimal("product_uom_qty") }}, {{ as_decimal("product_qty") }}) as ordered_quantity,
    -- Counted in the line's own unit, a pack of six: as many of the product's as the line says.
    coalesce(
        trim_scale(round(
            {{ as_numeric("qty_received") }} * {{ as_numeric("product_uom_qty") }} / nullif({{ as_numeric("product_qty") }}, 0), 6
        )),
        {{ as_decimal("qty_received") }}
    ) as received_quantity,
    {{ as_decimal("price_unit") }} as unit_price_amount,
    {{ as_utc("date_planned") }} as expected_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "order_id": "bigint!",
        "product_id": "bigint",
        "product_qty": "numeric",
        "product_uom_qty": "numeric",
        "qty_received": "numeric",
        "price_unit": "numeric",
        "date_planned": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
