{{ config(
    unique_key="product_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["product_key"], "unique": true},
        {"columns": ["product_id_woocommerce"]},
        {"columns": ["sku_key"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "products") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        dimension.length,
        dimension.width,
        dimension.height,
        {{ shop_meta("record.meta_data", ["counterflow_expected_date"]) }} as expected_date,
        {{ shop_meta("record.meta_data", ["counterflow_backorders_before"]) }} as backorders_before,
        {{ shop_meta("record.meta_data", ["hs_code", "hscode", "hs_tariff_code", "harmonized_code", "customs_tariff_number"]) }}
            as hs_code,
        {{ shop_meta("record.meta_data", ["origin_country", "country_of_origin", "customs_country_of_origin"]) }}
            as origin_country,
        array(
            select category.entry ->> 'slug'
            from jsonb_array_elements({{ json_list("record.categories") }}) as category (entry)
            where category.entry ->> 'slug' <> ''
            order by category.entry ->> 'slug'
        ) as category_slugs
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        name text,
        type text,
        status text,
        sku text,
        global_unique_id text,
        price text,
        regular_price text,
        tax_status text,
        tax_class text,
        manage_stock text,
        stock_quantity text,
        stock_status text,
        backorders text,
        weight text,
        virtual text,
        dimensions jsonb,
        meta_data jsonb,
        categories jsonb,
        date_created_gmt text,
        date_modified_gmt text
    )
    cross join lateral jsonb_to_record({{ json_object("record.dimensions") }}) as dimension (
        length text,
        width text,
        height text
    )

),

typed as (

    select
        key as product_key,
        {{ as_bigint("id") }} as product_id_woocommerce,
        nullif(btrim(sku), '') as sku,
        {{ sku_key("sku") }} as sku_key,
        nullif(btrim(global_unique_id), '') as barcode,
        name as product_name,
        type as product_type,
        status as status_woocommerce,
        nullif(tax_status, '') as tax_status,
        coalesce(nullif(tax_class, ''), 'standard') as tax_class,
        category_slugs,
        stock_status,
        backorders,
        {{ as_text("expected_date") }} as expected_date,
        {{ as_text("backorders_before") }} as backorders_before,
        {{ as_numeric("price") }} as price,
        {{ as_numeric("regular_price") }} as regular_price,
        {{ as_numeric("stock_quantity") }} as stock_quantity,
        {{ as_numeric("weight") }} as weight,
        {{ as_numeric("length") }} as length,
        {{ as_numeric("width") }} as width,
        {{ as_numeric("height") }} as height,
        nullif(left(btrim(hs_code), 20), '') as hs_code,
        case when btrim(origin_country) ~* '^[a-z]{2}$' then upper(btrim(origin_country)) end as origin_country,
        coalesce({{ as_boolean("manage_stock") }}, false) as is_stock_managed,
        coalesce({{ as_boolean("virtual") }}, false) as is_virtual,
        {{ as_utc("date_created_gmt") }} as created_at,
        {{ as_utc("date_modified_gmt") }} as modified_at,
        deleted_at is not null or coalesce(status = 'trash', false) as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "name": "text!",
            "type": "text!",
            "price": "numeric",
            "regular_price": "numeric",
            "stock_quantity": "numeric",
            "weight": "numeric",
            "length": "numeric",
            "width": "numeric",
            "height": "numeric",
            "manage_stock": "boolean",
            "virtual": "boolean",
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
