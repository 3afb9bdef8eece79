{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["order_id_odoo"]},
        {"columns": ["web_order_number"]},
        {"columns": ["partner_id"]},
        {"columns": ["delivery_partner_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "sale_order",
        [
            "id", "name", "client_order_ref", "origin", "state", "partner_id",
            "partner_shipping_id", "date_order", "currency_id", "amount_untaxed", "amount_tax",
            "amount_total", "invoice_status", "delivery_status", "create_date", "write_date"
        ],
    ) }}

)

select
    'odoo_sale:' || record_key as order_id,
    {{ as_bigint("id") }} as order_id_odoo,
    name as order_number,
    client_order_ref as customer_reference,
    left(nullif(ltrim(btrim(client_order_ref), '# '), ''), 64) as web_order_number,
    origin,
    state,
    {{ as_bigint("partner_id") }} as partner_id,
    {{ as_bigint("partner_shipping_id") }} as delivery_partner_id,
    {{ as_utc("date_order") }} as ordered_at,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ money(as_numeric("amount_untaxed")) }} as subtotal_amount,
    {{ money(as_numeric("amount_tax")) }} as tax_amount,
    {{ money(as_numeric("amount_total")) }} as total_amount,
    invoice_status,
    delivery_status,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "state": "text!",
        "partner_id": "bigint!",
        "partner_shipping_id": "bigint",
        "date_order": "timestamp!",
        "currency_id": "bigint!",
        "amount_untaxed": "numeric!",
        "amount_tax": "numeric!",
        "amount_total": "numeric!",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
