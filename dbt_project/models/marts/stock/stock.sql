{{ config(
    materialized="table",
    indexes=[{"columns": ["stock_id"], "unique": true}, {"columns": ["product_id"]}],
) }}

with located as (

    select
        *,
        greatest(on_hand_quantity - reserved_quantity, 0) as free_quantity
    from {{ ref("int_stock_located") }}

),

reserved_by_web as (

    select * from {{ ref("int_stock_reserved_by_web") }}

),

products as (

    select * from {{ ref("products") }}

),

-- Web orders name no location: they are served where the web sells from, the fullest location first.
queued as (

    select
        located.stock_id,
        located.product_id,
        located.free_quantity,
        reserved_by_web.reserved_quantity as wanted_quantity,
        row_number() over in_order as place,
        coalesce(
            sum(located.free_quantity) over (in_order rows between unbounded preceding and 1 preceding), 0
        ) as taken_before_quantity
    from located
    inner join reserved_by_web on located.product_id = reserved_by_web.product_id
    where located.is_sold_from_web
    window in_order as (partition by located.product_id order by located.free_quantity desc, located.location_id)

),

served as (

    select
        *,
        least(free_quantity, greatest(wanted_quantity - taken_before_quantity, 0)) as served_quantity
    from queued

),

-- What is sold and not there is wanted at the fullest location.
allocated as (

    select
        stock_id,
        served_quantity
        + case
            when place = 1
                then wanted_quantity - sum(served_quantity) over (partition by product_id)
            else 0
        end as reserved_by_web_quantity
    from served

),

final as (

    select
        located.stock_id,
        located.product_id,
        products.sku,
        products.product_name,
        located.location_id,
        located.location_name as location,
        located.is_sold_from_web,
        located.on_hand_quantity,
        located.reserved_quantity as reserved_by_odoo_quantity,
        coalesce(allocated.reserved_by_web_quantity, 0) as reserved_by_web_quantity,
        located.reserved_quantity + coalesce(allocated.reserved_by_web_quantity, 0) as reserved_quantity,
        greatest(
            located.on_hand_quantity - located.reserved_quantity - coalesce(allocated.reserved_by_web_quantity, 0), 0
        ) as available_quantity,
        located.incoming_quantity,
        located.is_unreadable,
        {{ var("build_id") }}::bigint as build_id
    from located
    inner join products on located.product_id = products.product_id
    left join allocated on located.stock_id = allocated.stock_id

)

select * from final
