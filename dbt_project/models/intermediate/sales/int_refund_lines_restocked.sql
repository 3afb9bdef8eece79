{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["refund_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["refund_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Which units given back were put on the shelf again. The shop notes how many of an order line were; the oldest refund first.
with refund_lines as (

    select
        refund_lines.*,
        refunds.refunded_at,
        refunds.refund_id_woocommerce
    from {{ ref("stg_woocommerce__refund_lines") }} as refund_lines
    inner join {{ ref("stg_woocommerce__refunds") }} as refunds on refund_lines.refund_id = refunds.refund_id
    {{ where_changed("refund_lines.order_id", "int_orders_changed") }}
    and not refund_lines.is_deleted
    and not refunds.is_deleted
    and refund_lines.quantity > 0

),

order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    where order_id in (select refund_lines.order_id from refund_lines)

),

summed as (

    select
        refund_lines.*,
        sum(refund_lines.quantity) over (
            partition by refund_lines.order_line_id
            order by refund_lines.refunded_at, refund_lines.refund_id_woocommerce, refund_lines.line_number
        ) as quantity_to_here
    from refund_lines

)

select
    summed.refund_line_id,
    summed.refund_id,
    summed.order_id,
    summed.order_line_id,
    summed.refunded_at,
    summed.quantity,
    greatest(
        least(coalesce(order_lines.restocked_quantity, 0), summed.quantity_to_here)
        - (summed.quantity_to_here - summed.quantity),
        0
    ) as restocked_quantity,
    {{ var("build_id") }}::bigint as build_id
from summed
left join order_lines on summed.order_line_id = order_lines.order_line_id
