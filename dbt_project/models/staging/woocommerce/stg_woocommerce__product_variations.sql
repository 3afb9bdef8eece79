{{ config(
    unique_key="variation_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["variation_key"], "unique": true},
        {"columns": ["variation_id_woocommerce"]},
        {"columns": ["product_id_woocommerce"]},
        {"columns": ["sku_key"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "product_variations") }}
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
        (
            select string_agg(attribute.entry ->> 'option', ', ' order by attribute.position)
            from
                jsonb_array_elements({{ json_list("record.attributes") }})
                with ordinality as attribute (entry, position)
        ) as options
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        parent_id text,
        name text,
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
        attributes jsonb,
        dimensions jsonb,
        meta_data jsonb,
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
        key as variation_key,
        {{ as_bigint("id") }} as variation_id_woocommerce,
        {{ as_bigint("parent_id") }} as product_id_woocommerce,
        nullif(btrim(sku), '') as sku,
        {{ sku_key("sku") }} as sku_key,
        nullif(btrim(global_unique_id), '') as barcode,
        coalesce(nullif(name, ''), options) as variation_name,
        status as status_woocommerce,
        nullif(tax_status, '') as tax_status,
        coalesce(nullif(tax_class, ''), 'standard') as tax_class,
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
        -- The shop says 'parent' where the product above holds one stock for all its variations.
        coalesce(manage_stock = 'true', false) as is_stock_managed,
        coalesce(manage_stock = 'parent', false) as is_stock_managed_by_product,
        coalesce({{ as_boolean("virtual") }}, false) as is_virtual,
        {{ as_utc("date_created_gmt") }} as created_at,
        {{ as_utc("date_modified_gmt") }} as modified_at,
        deleted_at is not null or coalesce(status = 'trash', false) as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "parent_id": "bigint!",
            "price": "numeric",
            "regular_price": "numeric",
            "stock_quantity": "numeric",
            "weight": "numeric",
            "length": "numeric",
            "width": "numeric",
            "height": "numeric",
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
