{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["order_id_woocommerce"]},
        {"columns": ["order_number"]},
        {"columns": ["transaction_id"]},
        {"columns": ["payment_intent_id_stripe"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "orders") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.version,
        source.extracted_at,
        source.deleted_at,
        record.*,
        address.state as billing_state,
        address.country as billing_country,
        address.email as billing_email,
        address.first_name as billing_first_name,
        address.last_name as billing_last_name,
        address.company as billing_company,
        address.address_1 as billing_street,
        address.address_2 as billing_street_2,
        address.city as billing_city,
        address.postcode as billing_postcode,
        address.phone as billing_phone,
        delivery.state as delivery_state,
        delivery.country as delivery_country,
        delivery.first_name as delivery_first_name,
        delivery.last_name as delivery_last_name,
        delivery.company as delivery_company,
        delivery.address_1 as delivery_street,
        delivery.address_2 as delivery_street_2,
        delivery.city as delivery_city,
        delivery.postcode as delivery_postcode,
        delivery.phone as delivery_phone,
        -- Nothing but a state and a country is no address to send to.
        btrim(concat(delivery.address_1, delivery.address_2, delivery.city, delivery.postcode)) <> '' as has_delivery,
        -- WPML, Polylang, TranslatePress, and a plain locale.
        (
            select min(lower(left(btrim(meta.entry ->> 'value'), 2)))
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where
                lower(btrim(meta.entry ->> 'key', ' _')) in (
                    'wpml_language', 'pll_language', 'trp_language', 'language', 'locale', 'order_locale', 'order_language'
                )
                and meta.entry ->> 'value' ~ '^\s*[A-Za-z]{2}([-_]|\s*$)'
        ) as language,
        {{ shop_meta("record.meta_data", ["counterflow_tracking_numbers"]) }} as tracking_numbers,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_stripe_intent_id'
        ) as stripe_intent_id,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_wc_order_attribution_utm_source'
        ) as utm_source,
        (
            select bool_or(lower(meta.entry ->> 'value') in ('yes', 'true', '1'))
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = 'is_vat_exempt'
        ) as vat_exempt
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        number text,
        status text,
        currency text,
        prices_include_tax text,
        date_created_gmt text,
        date_modified_gmt text,
        date_paid_gmt text,
        date_completed_gmt text,
        discount_total text,
        shipping_total text,
        shipping_tax text,
        total text,
        total_tax text,
        customer_id text,
        customer_note text,
        payment_method text,
        payment_method_title text,
        transaction_id text,
        created_via text,
        billing jsonb,
        shipping jsonb,
        meta_data jsonb
    )
    cross join lateral jsonb_to_record({{ json_object("record.billing") }}) as address (
        first_name text,
        last_name text,
        company text,
        address_1 text,
        address_2 text,
        city text,
        postcode text,
        state text,
        country text,
        email text,
        phone text
    )
    cross join lateral jsonb_to_record({{ json_object("record.shipping") }}) as delivery (
        first_name text,
        last_name text,
        company text,
        address_1 text,
        address_2 text,
        city text,
        postcode text,
        state text,
        country text,
        phone text
    )

),

typed as (

    select
        'woocommerce:' || key as order_id,
        {{ as_bigint("id") }} as order_id_woocommerce,
        coalesce({{ as_id("number") }}, key) as order_number,
        status as status_woocommerce,
        upper(nullif(currency, '')) as currency,
        {{ as_boolean("prices_include_tax") }} as prices_include_tax,
        {{ as_numeric("discount_total") }} as discount_amount,
        {{ as_numeric("shipping_total") }} as shipping_amount,
        {{ as_numeric("shipping_tax") }} as shipping_tax_amount,
        {{ as_numeric("total_tax") }} as tax_amount,
        {{ as_numeric("total") }} as total_amount,
        nullif({{ as_bigint("customer_id") }}, 0) as customer_id_woocommerce,
        nullif(btrim(billing_email), '') as email,
        nullif(btrim(concat_ws(' ', billing_first_name, billing_last_name)), '') as customer_name,
        customer_note,
        nullif(payment_method, '') as payment_method,
        nullif(payment_method_title, '') as payment_method_title,
        {{ as_id("transaction_id") }} as transaction_id,
        {{ as_id("stripe_intent_id") }} as payment_intent_id_stripe,
        created_via,
        {{ as_text("tracking_numbers") }} as shop_tracking_numbers,
        nullif(btrim(utm_source), '') as attribution_source,
        coalesce(vat_exempt, false) as is_vat_exempt,
        -- An order without a delivery address (pick-up, or a shop that asks for one only) goes to the billing address.
        coalesce(nullif(delivery_country, ''), nullif(billing_country, '')) as delivery_country,
        coalesce(nullif(delivery_state, ''), nullif(billing_state, '')) as delivery_province,
        language,
        {{ as_text("billing_company") }} as billing_company,
        {{ as_text("billing_street") }} as billing_street,
        {{ as_text("billing_street_2") }} as billing_street_2,
        {{ as_text("billing_city") }} as billing_city,
        upper({{ as_text("billing_state") }}) as billing_province,
        upper({{ as_text("billing_postcode") }}) as billing_postal_code,
        upper({{ as_text("billing_country") }}) as billing_country,
        {{ as_text("billing_phone") }} as billing_phone,
        coalesce(
            case when has_delivery then {{ as_text("concat_ws(' ', delivery_first_name, delivery_last_name)") }} end,
            {{ as_text("concat_ws(' ', billing_first_name, billing_last_name)") }}
        ) as delivery_name,
        {{ as_text("case when has_delivery then delivery_company else billing_company end") }} as delivery_company,
        {{ as_text("case when has_delivery then delivery_street else billing_street end") }} as delivery_street,
        {{ as_text("case when has_delivery then delivery_street_2 else billing_street_2 end") }} as delivery_street_2,
        {{ as_text("case when has_delivery then delivery_city else billing_city end") }} as delivery_city,
        upper({{ as_text("case when has_delivery then delivery_postcode else billing_postcode end") }}) as delivery_postal_code,
        {{ as_text("delivery_phone") }} as delivery_phone,
        {{ as_utc("date_created_gmt") }} as created_at,
        {{ as_utc("date_modified_gmt") }} as modified_at,
        {{ as_utc("date_paid_gmt") }} as paid_at,
        {{ as_utc("date_completed_gmt") }} as completed_at,
        deleted_at is not null or coalesce(status = 'trash', false) as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "status": "text!",
            "currency": "text!",
            "discount_total": "numeric",
            "shipping_total": "numeric",
            "shipping_tax": "numeric",
            "total_tax": "numeric!",
            "total": "numeric!",
            "customer_id": "bigint",
            "date_created_gmt": "timestamp!",
            "date_modified_gmt": "timestamp!",
            "date_paid_gmt": "timestamp",
            "date_completed_gmt": "timestamp",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
