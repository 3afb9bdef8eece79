{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["currency_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "res_currency_rate",
        [
            "id", "name", "rate", "currency_id", "company_id", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as currency_rate_id,
    {{ as_day("name") }} as valid_from,
    {{ as_numeric("rate") }} as units_per_company_currency,
    {{ as_bigint("currency_id") }} as currency_id,
    {{ as_bigint("company_id") }} as company_id,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "name": "timestamp!",
        "rate": "numeric!",
        "currency_id": "bigint!",
        "company_id": "bigint",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
