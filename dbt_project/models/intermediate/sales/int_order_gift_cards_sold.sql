{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- A gift card sold is no sale yet: what is owed to its holder.
with order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    order_id,
    {{ money("sum(total_amount)") }} as amount,
    {{ var("build_id") }}::bigint as build_id
from order_lines
where {{ is_gift_card("sku") }}
group by order_id
