{{ config(
    unique_key="order_id",
    meta={"changed": "int_fulfilments_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- How far each web order with goods to send has come.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_fulfilments_changed") }}
    and channel = 'web'

),

-- Gift cards and what is no goods are on their way with the rest in the books, and in no box.
goods as (

    select
        lines.order_id,
        lines.order_line_id,
        lines.quantity
    from {{ ref("int_woocommerce_order_lines") }} as lines
    where
        lines.order_id in (select orders.order_id from orders)
        and lines.quantity > 0
        and not {{ is_gift_card("lines.sku") }}
        and coalesce(lines.product_id, '') not in (
            select unshipped.product_id
            from {{ ref("int_products_unshipped") }} as unshipped
            where not unshipped.is_deleted
        )

),

lines as (

    select
        order_id,
        sum(quantity) as ordered_quantity
    from goods
    group by order_id

),

shipped as (

    select
        goods.order_id,
        sum(sent.quantity) as quantity
    from {{ ref("int_shipment_lines") }} as sent
    inner join goods on sent.order_line_id = goods.order_line_id
    group by goods.order_id

),

decided as (

    select * from {{ ref("int_shipments_decided") }}
    where order_id in (select orders.order_id from orders)

),

choices as (

    select * from {{ ref("order_choices") }}
    where order_id in (select orders.order_id from orders)

)

select
    orders.order_id,
    orders.order_number,
    case
        when decided.order_id is not null then decided.state
        when orders.status = 'completed' then 'shipped'
        when coalesce(shipped.quantity, 0) >= lines.ordered_quantity then 'shipped'
        when orders.is_deleted or orders.status in ('cancelled', 'failed', 'refunded', 'trashed', 'draft') then 'cancelled'
        when orders.is_quarantined then 'held'
        else 'waiting_for_payment'
    end as state,
    lines.ordered_quantity,
    coalesce(decided.ready_quantity, 0) as ready_quantity,
    coalesce(decided.backordered_quantity, 0) as backordered_quantity,
    coalesce(decided.boxed_quantity, 0) as packed_quantity,
    coalesce(shipped.quantity, 0) as shipped_quantity,
    decided.promise_date,
    coalesce(decided.promises, '[]'::jsonb) as promises,
    coalesce(decided.choice, choices.choice) as choice,
    coalesce(decided.choice_source, case when choices.order_id is not null then 'customer' end) as choice_source,
    coalesce(decided.answered_at, choices.answered_at) as answered_at,
    decided.asked_at,
    decided.question_due_at,
    coalesce(decided.is_choice_open, false) as is_choice_open,
    coalesce(decided.has_split, false) as has_split,
    {{ var("build_id") }}::bigint as build_id
from orders
inner join lines on orders.order_id = lines.order_id
left join shipped on orders.order_id = shipped.order_id
left join decided on orders.order_id = decided.order_id
left join choices on orders.order_id = choices.order_id
