{{ config(
    materialized="table",
    indexes=[{"columns": ["product_id"], "unique": true}, {"columns": ["sku"]}],
) }}

with products as (

    select *
    from {{ ref("products") }}
    where product_id_odoo is not null and is_stock_counted

),

business as (

    select safety_stock from {{ ref("stg_settings__business") }}

),

located as (

    select
        product_id,
        sum(on_hand_quantity) as on_hand_quantity,
        sum(on_hand_quantity) filter (where is_sold_from_web) as web_on_hand_quantity,
        sum(reserved_by_odoo_quantity) filter (where is_sold_from_web) as web_reserved_by_odoo_quantity,
        sum(incoming_quantity) as incoming_quantity,
        bool_or(on_hand_quantity < 0) as is_negative,
        bool_or(is_unreadable) as is_unreadable,
        string_agg(location || ': ' || on_hand_quantity, ', ' order by location_id) filter (where on_hand_quantity < 0)
            as negative_locations
    from {{ ref("stock") }}
    group by product_id

),

reserved_by_web as (

    select * from {{ ref("int_stock_reserved_by_web") }}

),

joined as (

    select
        products.product_id,
        products.sku,
        products.product_name,
        coalesce(located.on_hand_quantity, 0) as on_hand_quantity,
        coalesce(located.web_on_hand_quantity, 0) as web_on_hand_quantity,
        coalesce(located.web_reserved_by_odoo_quantity, 0) as reserved_by_odoo_quantity,
        coalesce(reserved_by_web.reserved_quantity, 0) as reserved_by_web_quantity,
        coalesce(reserved_by_web.order_count, 0) as open_web_order_count,
        coalesce(business.safety_stock, 0)::numeric as safety_stock_quantity,
        coalesce(located.incoming_quantity, 0) as incoming_quantity,
        coalesce(located.is_negative, false) as is_negative,
        coalesce(located.is_unreadable, false) as is_unreadable,
        located.negative_locations
    from products
    left join business on true
    left join located on products.product_id = located.product_id
    left join reserved_by_web on products.product_id = reserved_by_web.product_id

),

final as (

    select
        product_id,
        sku,
        product_name,
        on_hand_quantity,
        web_on_hand_quantity,
        reserved_by_odoo_quantity,
        reserved_by_web_quantity,
        reserved_by_odoo_quantity + reserved_by_web_quantity as reserved_quantity,
        open_web_order_count,
        safety_stock_quantity,
        greatest(
            web_on_hand_quantity - reserved_by_odoo_quantity - reserved_by_web_quantity - safety_stock_quantity, 0
        ) as available_quantity,
        incoming_quantity,
        is_negative,
        negative_locations,
        is_unreadable,
        {{ var("build_id") }}::bigint as build_id
    from joined

)

select * from final
