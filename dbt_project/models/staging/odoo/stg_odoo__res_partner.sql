{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["partner_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "res_partner",
        [
            "id", "name", "email", "phone", "street", "street2", "city", "state_id", "zip",
            "country_id", "lang", "parent_id", "customer_rank", "supplier_rank", "create_date",
            "write_date"
        ],
        flags=["is_company", "active"],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as partner_id,
    name as partner_name,
    email,
    phone,
    street,
    street2,
    city,
    {{ as_bigint("state_id") }} as state_id,
    zip as postal_code,
    {{ as_bigint("country_id") }} as country_id,
    lang as language,
    {{ as_bigint("parent_id") }} as parent_partner_id,
    {{ as_decimal("customer_rank") }} as customer_rank,
    {{ as_decimal("supplier_rank") }} as supplier_rank,
    {{ as_boolean("is_company") }} as is_company,
    {{ as_boolean("active") }} as is_active,
    {{ as_utc("create_date") }} as created_at,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "state_id": "bigint",
        "country_id": "bigint",
        "parent_id": "bigint",
        "customer_rank": "numeric",
        "supplier_rank": "numeric",
        "is_company": "boolean",
        "active": "boolean",
        "create_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
