{{ config(
    unique_key="payment_id",
    indexes=[
        {"columns": ["payment_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["payment_id_odoo"]},
        {"columns": ["order_id"]},
        {"columns": ["payment_method_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "pos_payment",
        [
            "id", "pos_order_id", "payment_method_id", "amount", "currency_id", "payment_date",
            "transaction_id", "write_date"
        ],
        flags=["is_change"],
    ) }}

)

select
    'odoo_pos:' || record_key as payment_id,
    {{ as_bigint("id") }} as payment_id_odoo,
    'odoo_pos:' || {{ as_bigint("pos_order_id") }} as order_id,
    {{ as_bigint("pos_order_id") }} as order_id_odoo,
    {{ as_bigint("payment_method_id") }} as payment_method_id,
    {{ money(as_numeric("amount")) }} as amount,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_utc("payment_date") }} as paid_at,
    transaction_id,
    {{ as_boolean("is_change") }} as is_change,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "pos_order_id": "bigint!",
        "payment_method_id": "bigint!",
        "amount": "numeric!",
        "currency_id": "bigint",
        "payment_date": "timestamp!",
        "is_change": "boolean",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
