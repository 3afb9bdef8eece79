{{ config(
    materialized="table",
    indexes=[
        {"columns": ["product_id"], "unique": true},
        {"columns": ["sku"]},
    ],
) }}

with matched as (

    select *
    from {{ ref("int_products_matched") }}
    where is_primary and not is_deleted

),

web_products as (

    select * from {{ ref("stg_woocommerce__products") }}

),

web_variations as (

    select * from {{ ref("stg_woocommerce__product_variations") }}

),

odoo_products as (

    select * from {{ ref("stg_odoo__product_product") }}

),

on_the_web as (

    select
        matched.product_id,
        matched.product_id_woocommerce,
        matched.variation_id_woocommerce,
        matched.match_rule,
        matched.match_problem,
        matched.is_live,
        coalesce(web_variations.sku, web_products.sku) as sku,
        coalesce(web_variations.barcode, web_products.barcode) as barcode,
        concat_ws(' - ', web_products.product_name, web_variations.variation_name) as product_name,
        coalesce(web_variations.price, web_products.price) as price,
        case
            when matched.variation_id_woocommerce is null then web_products.is_stock_managed
            else web_variations.is_stock_managed
        end as is_stock_managed,
        case
            when matched.variation_id_woocommerce is null then web_products.stock_quantity
            else web_variations.stock_quantity
        end as stock_quantity,
        case
            when matched.variation_id_woocommerce is null then web_products.extracted_at
            else web_variations.extracted_at
        end as extracted_at,
        -- A variation that states none of its own has its product's.
        coalesce(nullif(web_variations.weight, 0), nullif(web_products.weight, 0)) as weight,
        coalesce(nullif(web_variations.length, 0), nullif(web_products.length, 0)) as length,
        coalesce(nullif(web_variations.width, 0), nullif(web_products.width, 0)) as width,
        coalesce(nullif(web_variations.height, 0), nullif(web_products.height, 0)) as height,
        coalesce(web_variations.hs_code, web_products.hs_code) as hs_code,
        coalesce(web_variations.origin_country, web_products.origin_country) as origin_country,
        coalesce(web_variations.backorders, web_products.backorders) in ('yes', 'notify') as is_backorder_allowed,
        coalesce(web_variations.is_virtual, web_products.is_virtual, false) as is_virtual
    from matched
    left join web_products on matched.product_id_woocommerce = web_products.product_id_woocommerce
    left join web_variations on matched.variation_id_woocommerce = web_variations.variation_id_woocommerce
    where matched.system = 'woocommerce'

),

in_odoo as (

    select
        matched.product_id,
        matched.match_problem,
        matched.is_live,
        odoo_products.*
    from matched
    inner join odoo_products on matched.product_id_odoo = odoo_products.product_id_odoo
    where matched.system = 'odoo'

),

-- One of the shop's units in ours.
units as (

    select * from {{ ref("int_shop_units") }}

),

final as (

    select
        coalesce(on_the_web.product_id, in_odoo.product_id) as product_id,
        coalesce(nullif(btrim(in_odoo.sku), ''), on_the_web.sku) as sku,
        coalesce(in_odoo.product_name, on_the_web.product_name) as product_name,
        coalesce(nullif(btrim(in_odoo.barcode), ''), on_the_web.barcode) as barcode,
        on_the_web.product_id_woocommerce,
        on_the_web.variation_id_woocommerce,
        in_odoo.product_id_odoo,
        case when in_odoo.product_id_odoo is not null then on_the_web.match_rule end as match_rule,
        coalesce(on_the_web.match_problem, in_odoo.match_problem) as match_problem,
        on_the_web.price as web_price_amount,
        in_odoo.list_price_amount,
        in_odoo.cost_amount,
        coalesce(
            trim_scale(on_the_web.weight * units.weight_g), trim_scale(nullif(in_odoo.weight_kg, 0) * 1000)
        ) as weight_g,
        trim_scale(on_the_web.length * units.length_mm) as length_mm,
        trim_scale(on_the_web.width * units.length_mm) as width_mm,
        trim_scale(on_the_web.height * units.length_mm) as height_mm,
        on_the_web.hs_code,
        on_the_web.origin_country,
        -- What is downloaded or done is not sent.
        not coalesce(on_the_web.is_virtual, false) and coalesce(in_odoo.product_type, 'consu') <> 'service' as is_shipped,
        coalesce(on_the_web.is_backorder_allowed, false) as is_backorder_allowed_on_web,
        coalesce(on_the_web.is_live, false) as is_on_web,
        coalesce(in_odoo.is_live, false) as is_in_odoo,
        coalesce(in_odoo.is_stored, in_odoo.product_type = 'consu', false) as is_stock_counted,
        coalesce(on_the_web.is_stock_managed, false) as is_stock_managed_on_web,
        on_the_web.stock_quantity as web_stock_quantity,
        on_the_web.extracted_at as web_stock_observed_at,
        {{ var("build_id") }}::bigint as build_id
    from on_the_web
    full join in_odoo on on_the_web.product_id = in_odoo.product_id
    cross join units

)

select * from final
