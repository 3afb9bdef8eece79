{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["company_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "res_company",
        [
            "id", "name", "currency_id", "country_id", "fiscalyear_lock_date", "tax_lock_date",
            "sale_lock_date", "purchase_lock_date", "hard_lock_date", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as company_id,
    name as company_name,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_bigint("country_id") }} as country_id,
    {{ as_day("fiscalyear_lock_date") }} as fiscalyear_lock_date,
    {{ as_day("tax_lock_date") }} as tax_lock_date,
    {{ as_day("sale_lock_date") }} as sale_lock_date,
    {{ as_day("purchase_lock_date") }} as purchase_lock_date,
    {{ as_day("hard_lock_date") }} as hard_lock_date,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "text!",
        "currency_id": "bigint!",
        "country_id": "bigint",
        "fiscalyear_lock_date": "timestamp",
        "tax_lock_date": "timestamp",
        "sale_lock_date": "timestamp",
        "purchase_lock_date": "timestamp",
        "hard_lock_date": "timestamp",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
