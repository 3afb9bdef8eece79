{{ config(materialized="view") }}

{#- Products that cannot be told apart, and stock that cannot be true: each with what to do about it. -#}
with clashes as (

    select
        'product' as entity,
        product_match_id as record_key,
        match_problem as check_name,
        case match_problem
            when 'sku_twice_in_woocommerce'
                then 'WooCommerce has SKU ' || left(sku_key, 64) || ' on more than one product; give each its own'
            when 'sku_twice_in_odoo'
                then 'Odoo has internal reference ' || left(sku_key, 64) || ' on more than one product; give each its own'
            when 'archived_in_odoo'
                then 'SKU ' || left(sku_key, 64) || ' is archived in Odoo and still sold on the web; unarchive it, or take it off'
            when 'barcode_twice_in_woocommerce'
                then 'WooCommerce has the barcode of this product on more than one; give it the SKU it has in Odoo'
            when 'barcode_twice_in_odoo'
                then 'Odoo has the barcode of this product on more than one; give it the SKU it has in Odoo'
        end as reason,
        jsonb_build_object(
            'sku', left(sku_key, 64),
            'product_id_woocommerce', product_id_woocommerce,
            'variation_id_woocommerce', variation_id_woocommerce,
            'product_id_odoo', product_id_odoo
        ) as details,
        build_id
    from {{ ref("int_products_matched") }}
    where match_problem is not null and not is_deleted

),

negative_stock as (

    select
        'stock' as entity,
        quants.quant_key as record_key,
        'stock_not_negative' as check_name,
        'Odoo has ' || quants.on_hand_quantity || ' of '
        || coalesce(left(products.sku, 64), left(products.product_name, 64), 'a product') || ' at '
        || coalesce(locations.location_name, 'a location') || '; count it there' as reason,
        jsonb_build_object(
            'product_id_odoo', quants.product_id_odoo,
            'location_id', quants.location_id,
            'on_hand_quantity', quants.on_hand_quantity
        ) as details,
        quants.build_id
    from {{ ref("stg_odoo__stock_quant") }} as quants
    left join {{ ref("stg_odoo__product_product") }} as products on quants.product_id_odoo = products.product_id_odoo
    left join {{ ref("stg_odoo__stock_location") }} as locations on quants.location_id = locations.location_id
    where quants.on_hand_quantity < 0 and not quants.is_deleted

),

unioned as (

    select * from clashes
    union all
    select * from negative_stock

)

select
    entity || ':' || record_key || ':' || check_name as quarantine_id,
    entity,
    record_key,
    null::text as order_id,
    check_name,
    reason,
    details,
    false as blocks_order,
    build_id
from unioned
