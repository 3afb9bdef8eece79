{{ config(
    materialized="table",
    indexes=[{"columns": ["stock_id"], "unique": true}, {"columns": ["product_id"]}],
) }}

{#- On hand, set aside and incoming by product and location, before web orders are taken into account. Odoo's own
    figures, of the one record that speaks for each product. -#}
with products as (

    select
        product_id,
        product_id_odoo
    from {{ ref("int_products_matched") }}
    where system = 'odoo' and is_primary and not is_deleted

),

locations as (

    select * from {{ ref("int_stock_locations_sold") }}

),

-- Where goods without an open receipt arrive: the first warehouse's own stock location.
arrival as (

    select warehouses.stock_location_id as location_id
    from {{ ref("stg_odoo__stock_warehouse") }} as warehouses
    where not warehouses.is_deleted and warehouses.is_active is not false
    order by warehouses.warehouse_id
    limit 1

),

-- A web order waits for a product of which Odoo has no stock anywhere: it is waited for where the web sells from.
web_location as (

    select location_id
    from locations
    where is_sold_from_web
    order by location_id
    limit 1

),

quantities as (

    select
        product_id_odoo,
        location_id,
        on_hand_quantity,
        reserved_quantity,
        0::numeric as incoming_quantity,
        problems <> '{}'::text[] as is_unreadable
    from {{ ref("stg_odoo__stock_quant") }}
    where not is_deleted

    union all

    select
        lines.product_id_odoo,
        coalesce(lines.location_id, arrival.location_id) as location_id,
        0 as on_hand_quantity,
        0 as reserved_quantity,
        lines.open_quantity as incoming_quantity,
        false as is_unreadable
    from {{ ref("int_open_purchase_order_lines") }} as lines
    left join arrival on true

    union all

    select
        products.product_id_odoo,
        web_location.location_id,
        0 as on_hand_quantity,
        0 as reserved_quantity,
        0 as incoming_quantity,
        false as is_unreadable
    from {{ ref("int_stock_reserved_by_web") }} as reserved
    inner join products on reserved.product_id = products.product_id
    cross join web_location

)

select
    products.product_id || ':' || quantities.location_id as stock_id,
    products.product_id,
    quantities.location_id,
    max(locations.location_name) as location_name,
    bool_or(locations.is_sold_from_web) as is_sold_from_web,
    sum(coalesce(quantities.on_hand_quantity, 0)) as on_hand_quantity,
    sum(coalesce(quantities.reserved_quantity, 0)) as reserved_quantity,
    sum(quantities.incoming_quantity) as incoming_quantity,
    bool_or(quantities.is_unreadable) as is_unreadable,
    {{ var("build_id") }}::bigint as build_id
from quantities
inner join products on quantities.product_id_odoo = products.product_id_odoo
inner join locations on quantities.location_id = locations.location_id
group by products.product_id, quantities.location_id
