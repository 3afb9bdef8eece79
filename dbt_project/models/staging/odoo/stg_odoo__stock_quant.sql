{{ config(
    unique_key="quant_key",
    indexes=[
        {"columns": ["quant_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["product_id_odoo"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "stock_quant",
        [
            "product_id", "location_id", "quantity", "reserved_quantity"
        ],
    ) }}

)

select
    record_key as quant_key,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_bigint("location_id") }} as location_id,
    {{ as_decimal("quantity") }} as on_hand_quantity,
    {{ as_decimal("reserved_quantity") }} as reserved_quantity,
    is_deleted,
    {{ unreadable({
        "product_id": "bigint!",
        "location_id": "bigint!",
        "quantity": "numeric!",
        "reserved_quantity": "numeric!",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
