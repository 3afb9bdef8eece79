{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["product_id_odoo"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "product_product",
        [
            "id", "product_tmpl_id", "name", "default_code", "barcode", "type", "uom_id",
            "lst_price", "standard_price", "weight", "volume", "create_date", "write_date"
        ],
        flags=["is_storable", "sale_ok", "active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as product_id_odoo,
    {{ as_bigint("product_tmpl_id") }} as product_template_id,
    name as product_name,
    default_code as sku,
    barcode,
    type as product_type,
    {{ as_bigint("uom_id") }} as unit_id,
    {{ as_decimal("lst_price") }} as list_price_amount,
    {{ as_decimal("standard_price") }} as cost_amount,
    {{ as_decimal("weight") }} as weight_kg,
    {{ as_decimal("volume") }} as volume_m3,
    {{ as_boolean("is_storable") }} as is_stored,
    {{ as_boolean("sale_ok") }} as is_sold,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "product_tmpl_id": "bigint",
        "name": "text!",
        "uom_id": "bigint",
        "lst_price": "numeric",
        "standard_price": "numeric",
        "weight": "numeric",
        "volume": "numeric",
        "is_storable": "boolean",
        "sale_ok": "boolean",
        "active": "boolean",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
