{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["order_id_web"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- Which web order a sale order is: staff who type a web order into Odoo give its number as the customer's reference.
    One row per sale order; order_id_web is null where it is a sale of its own. -#}
with web_orders as not materialized (

    select
        order_id,
        left(order_number, 64) as order_number,
        build_id
    from {{ ref("stg_woocommerce__orders") }}

),

sale_orders as not materialized (

    select
        order_id,
        order_id_odoo,
        web_order_number,
        state,
        is_deleted,
        build_id
    from {{ ref("stg_odoo__sale_order") }}

),

changed as (

    select order_id
    from sale_orders
    where {{ is_new() }}

    union

    select sale_orders.order_id
    from web_orders
    inner join sale_orders on web_orders.order_number = sale_orders.web_order_number
    where {{ is_new("web_orders.build_id") }}

    {% if is_incremental() %}
    union

    -- A web order that took another number.
    select before.order_id
    from web_orders
    inner join {{ this }} as before on web_orders.order_id = before.order_id_web
    where {{ is_new("web_orders.build_id") }}
    {% endif %}

),

-- Numbers are unique in the shop; where an extension broke that, the newest order is meant.
linked as (

    select
        sale_orders.order_id,
        sale_orders.order_id_odoo,
        sale_orders.state,
        sale_orders.is_deleted,
        (
            select web_orders.order_id
            from {{ ref("stg_woocommerce__orders") }} as web_orders
            where web_orders.order_number = sale_orders.web_order_number
            order by web_orders.order_id_woocommerce desc
            limit 1
        ) as order_id_web
    from sale_orders
    {% if is_incremental() %}
    where sale_orders.order_id in (select changed.order_id from changed)
    {% endif %}

)

select
    linked.order_id,
    linked.order_id_odoo,
    linked.order_id_web,
    linked.state,
    linked.is_deleted,
    {% if is_incremental() %}
    -- What it was linked to at the last build that succeeded, so that this order is looked at again as well.
    case
        when (before.order_id_web is distinct from linked.order_id_web)
            then array_append(
                case when {{ is_new("before.build_id") }} then before.order_ids_web_before else '{}'::text[] end,
                before.order_id_web
            )
        when {{ is_new("before.build_id") }} then before.order_ids_web_before
        else '{}'::text[]
    end as order_ids_web_before,
    {% else %}
    '{}'::text[] as order_ids_web_before,
    {% endif %}
    {{ var("build_id") }}::bigint as build_id
from linked
{% if is_incremental() %}
left join {{ this }} as before on linked.order_id = before.order_id
{% endif %}
