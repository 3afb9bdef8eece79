{{ config(
    unique_key="record_key",
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["state_id"]},
    ],
    post_hook="{{ index_problems() }}",
) }}

with records as (

    {{ odoo_records(
        "res_country_state",
        [
            "id", "code", "name", "country_id", "write_date"
        ],
    ) }}

)

select
    record_key,
    {{ as_bigint("id") }} as state_id,
    code as state_code,
    name as state_name,
    {{ as_bigint("country_id") }} as country_id,
    {{ as_utc("write_date") }} as updated_at,
    is_deleted,
    {{ unreadable({
        "id": "bigint!",
        "code": "text!",
        "name": "text!",
        "country_id": "bigint",
        "write_date": "timestamp",
    }) }} as problems,
    deleted_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
