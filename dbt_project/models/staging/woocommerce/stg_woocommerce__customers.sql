{{ config(
    unique_key="customer_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["customer_key"], "unique": true},
        {"columns": ["customer_id_woocommerce"]},
        {"columns": ["customer_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "customers") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        address.company as billing_company,
        address.city as billing_city,
        address.state as billing_state,
        address.country as billing_country,
        address.phone as billing_phone,
        address.email as billing_email
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        email text,
        first_name text,
        last_name text,
        billing jsonb,
        date_created_gmt text,
        date_modified_gmt text
    )
    cross join lateral jsonb_to_record({{ json_object("record.billing") }}) as address (
        company text,
        city text,
        state text,
        country text,
        phone text,
        email text
    )

),

typed as (

    select
        key as customer_key,
        {{ as_bigint("id") }} as customer_id_woocommerce,
        {{ customer_key("coalesce(nullif(btrim(email), ''), billing_email)", "woocommerce", "key") }} as customer_id,
        coalesce(nullif(btrim(email), ''), nullif(btrim(billing_email), '')) as email,
        nullif(btrim(concat_ws(' ', first_name, last_name)), '') as customer_name,
        nullif(billing_company, '') as company_name,
        nullif(billing_phone, '') as phone,
        nullif(billing_city, '') as city,
        nullif(billing_state, '') as province,
        nullif(billing_country, '') as country,
        {{ as_utc("date_created_gmt") }} as created_at,
        {{ as_utc("date_modified_gmt") }} as modified_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "date_created_gmt": "timestamp",
            "date_modified_gmt": "timestamp",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
