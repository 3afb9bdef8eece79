{{ config(
    unique_key="order_id",
    meta={"changed": "int_odoo_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

{#- Web orders that are in Odoo too, by int_sale_orders_linked. Typed in twice: the confirmed one counts, then the oldest. -#}
with sale_orders as (

    select
        order_id_web as order_id,
        order_id_odoo,
        state = 'sale' as is_confirmed
    from {{ ref("int_sale_orders_linked") }}
    {{ where_changed("order_id_web", "int_odoo_orders_changed") | replace("select order_id_web", "select order_id") }}
        and order_id_web is not null
        and not is_deleted

)

select
    order_id,
    (array_agg(order_id_odoo order by is_confirmed desc, order_id_odoo))[1] as order_id_odoo,
    count(*) as sale_order_count,
    -- A confirmed sale order sets its goods aside in Odoo itself.
    bool_or(is_confirmed) as is_reserved_in_odoo,
    {{ var("build_id") }}::bigint as build_id
from sale_orders
group by order_id
