{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["supplier_price_id"]},
        {"columns": ["product_id_odoo"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "product_supplierinfo",
        [
            "id", "partner_id", "product_id", "product_tmpl_id", "delay", "min_qty", "price",
            "currency_id", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as supplier_price_id,
    {{ as_bigint("partner_id") }} as supplier_id_odoo,
    {{ as_bigint("product_id") }} as product_id_odoo,
    {{ as_bigint("product_tmpl_id") }} as product_template_id,
    {{ as_decimal("delay") }} as lead_time_days,
    {{ as_decimal("min_qty") }} as minimum_quantity,
    {{ as_decimal("price") }} as price_amount,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "partner_id": "bigint!",
        "product_id": "bigint",
        "product_tmpl_id": "bigint",
        "delay": "numeric",
        "min_qty": "numeric",
        "price": "numeric",
        "currency_id": "bigint",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
