{{ config(materialized="table", indexes=[{"columns": ["product_id"]}, {"columns": ["purchase_order_line_id"]}]) }}

-- Units that may be given to web orders, of products that any waits for: on the shelf and nobody's, then what suppliers owe to a
-- location that the web sells from. expected_date is for putting them in order: the shelf before all days, a delivery that nobody
-- has a date for after all.
with lines as (

    select * from {{ ref("int_order_lines_to_send") }}

),

products as (

    select
        product_id,
        product_id_odoo
    from {{ ref("products") }}
    where product_id_odoo is not null and product_id in (select lines.product_id from lines)

),

locations as (

    select * from {{ ref("int_stock_locations_sold") }}

),

business as (

    select time_zone from {{ ref("stg_settings__business") }}

),

-- Orders whose work rests (on hold in the shop, or in quarantine): what stands in their boxes is nobody else's.
paused as (

    select orders.order_id
    from {{ ref("orders") }} as orders
    left join {{ ref("int_orders_linked") }} as links on orders.order_id = links.order_id
    where
        orders.channel = 'web'
        and orders.status in ('processing', 'on_hold', 'pending')
        and not orders.is_deleted
        and links.is_reserved_in_odoo is not true
        and orders.order_id not in (select lines.order_id from lines)

),

-- Boxes that Odoo does not know of still stand on its shelves.
boxed as (

    select
        product_id,
        sum(our_quantity) as quantity
    from lines
    where order_id_odoo is null
    group by product_id

    union all

    select
        order_lines.product_id,
        sum(committed.quantity) as quantity
    from paused
    inner join {{ ref("int_shipment_lines_committed") }} as committed on paused.order_id = committed.order_id
    inner join {{ ref("int_woocommerce_order_lines") }} as order_lines on committed.order_line_id = order_lines.order_line_id
    where
        not committed.is_voided
        and not exists (
            select 1 from {{ ref("int_shipment_lines") }} as sent
            where sent.shipment_id = committed.shipment_id
        )
    group by order_lines.product_id

    union all

    select
        products.product_id,
        sum(greatest(reserved.boxed_quantity - reserved.reserved_quantity, 0)) as quantity
    from {{ ref("int_orders_reserved") }} as reserved
    inner join products on reserved.product_id_odoo = products.product_id_odoo
    group by products.product_id

),

boxed_sums as (

    select
        product_id,
        sum(quantity) as quantity
    from boxed
    group by product_id

),

shelf as (

    select
        located.product_id,
        sum(greatest(located.on_hand_quantity - located.reserved_quantity, 0))
        - coalesce(max(boxed_sums.quantity), 0) as quantity
    from {{ ref("int_stock_located") }} as located
    left join boxed_sums on located.product_id = boxed_sums.product_id
    where located.is_sold_from_web and located.product_id in (select products.product_id from products)
    group by located.product_id

)

select
    product_id,
    null::bigint as purchase_order_line_id,
    null::bigint as purchase_order_id,
    '-infinity'::date as expected_date,
    quantity,
    {{ var("build_id") }}::bigint as build_id
from shelf
where quantity > 0

union all

select
    products.product_id,
    inbound.purchase_order_line_id,
    inbound.purchase_order_id,
    coalesce((inbound.expected_at at time zone coalesce(business.time_zone, 'UTC'))::date, 'infinity'::date) as expected_date,
    inbound.open_quantity as quantity,
    {{ var("build_id") }}::bigint as build_id
from {{ ref("int_open_purchase_order_lines") }} as inbound
inner join products on inbound.product_id_odoo = products.product_id_odoo
left join locations on inbound.location_id = locations.location_id
left join business on true
where inbound.open_quantity > 0 and (inbound.location_id is null or locations.is_sold_from_web)
