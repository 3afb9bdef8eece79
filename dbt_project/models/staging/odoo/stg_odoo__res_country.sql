{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["country_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "res_country",
        [
            "id", "code", "name", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as country_id,
    code as country_code,
    name as country_name,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "code": "text!",
        "name": "text!",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
