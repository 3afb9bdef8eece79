{{ config(
    unique_key="business_id",
    indexes=[{"columns": ["business_id"], "unique": true}],
) }}

-- Written anew only when something in it changed, so that build_id says when what depends on it must be looked at again.
with source as (

    select
        business.*,
        md5(business::text) as settings_hash
    from {{ source("settings", "business") }} as business

),

typed as (

    select
        'business' as business_id,
        name as business_name,
        legal_name,
        street,
        city,
        province,
        postal_code,
        country,
        time_zone,
        currency,
        gst_hst_number,
        qst_number,
        rounding_cap,
        safety_stock,
        books_start_date,
        settings_hash,
        {{ var("build_id") }}::bigint as build_id
    from source
    {% if is_incremental() %}
        where settings_hash not in (select before.settings_hash from {{ this }} as before)
    {% endif %}

)

select * from typed
