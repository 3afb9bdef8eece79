{{ config(
    materialized="table",
    indexes=[{"columns": ["order_line_id"], "unique": true}, {"columns": ["product_id"]}],
) }}

-- How many units of each open line are there already (set aside by Odoo for its order, or of goods that nobody counts), and how
-- many are to be given to it.
with lines as (

    select
        lines.*,
        products.product_id_odoo is not null as is_in_odoo,
        products.product_id_odoo is not null and products.is_stock_counted as is_counted,
        coalesce(products.web_stock_quantity, 0) as web_stock_quantity,
        -- Two lines of one product: the first has what is set aside.
        coalesce(reserved.reserved_quantity - reserved.boxed_quantity, 0)
        - (
            sum(lines.open_quantity) over (
                partition by lines.order_id, lines.product_id_odoo order by lines.line_number, lines.order_line_id
            ) - lines.open_quantity
        ) as reserved_quantity
    from {{ ref("int_order_lines_to_send") }} as lines
    left join {{ ref("products") }} as products on lines.product_id = products.product_id
    left join {{ ref("int_orders_reserved") }} as reserved
        on lines.order_id_odoo = reserved.order_id_odoo and lines.product_id_odoo = reserved.product_id_odoo
    where lines.open_quantity > 0

),

there as (

    select
        *,
        case
            when is_counted is true then greatest(least(open_quantity, reserved_quantity), 0)
            -- Nobody counts it: it is there.
            when is_in_odoo then open_quantity
            -- The shop alone counts it: below zero is what it owes.
            else open_quantity - least(open_quantity, backordered_at_sale_quantity, greatest(-web_stock_quantity, 0))
        end as there_quantity
    from lines

)

select
    order_line_id,
    order_id,
    line_number,
    product_id,
    paid_at,
    open_quantity,
    there_quantity,
    case when is_counted is true then open_quantity - there_quantity else 0 end as wanted_quantity,
    {{ var("build_id") }}::bigint as build_id
from there
