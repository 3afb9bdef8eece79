{{ config(
    unique_key="order_id",
    meta={"changed": "int_odoo_orders_changed"},
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- Lines of the sales made in Odoo. Sections and notes are no lines. Odoo's amounts are after the discount: the
    subtotal before it is worked back from its percentage. -#}
with sale_order_lines as (

    select
        lines.order_line_id,
        lines.order_id,
        lines.order_line_id_odoo,
        lines.line_position,
        lines.product_id_odoo,
        lines.line_name,
        lines.ordered_quantity as quantity,
        lines.unit_price_amount,
        lines.discount_percent,
        lines.subtotal_amount as total_amount,
        lines.tax_amount,
        lines.problems
    from {{ ref("stg_odoo__sale_order_line") }} as lines
    left join {{ ref("int_sale_orders_linked") }} as linked on lines.order_id = linked.order_id
    {{ where_changed("lines.order_id", "int_odoo_orders_changed") }}
        and linked.order_id_web is null
        and not lines.is_deleted
        and not {{ is_text_line("lines.display_type") }}

),

pos_order_lines as (

    select
        lines.order_line_id,
        lines.order_id,
        lines.order_line_id_odoo,
        0::numeric as line_position,
        lines.product_id_odoo,
        lines.line_name,
        lines.quantity,
        lines.unit_price_amount,
        lines.discount_percent,
        lines.subtotal_amount as total_amount,
        lines.total_amount - lines.subtotal_amount as tax_amount,
        lines.problems
    from {{ ref("stg_odoo__pos_order_line") }} as lines
    inner join {{ ref("stg_odoo__pos_order") }} as orders on lines.order_id = orders.order_id
    {{ where_changed("lines.order_id", "int_odoo_orders_changed") }}
        and (orders.total_amount is null or orders.total_amount >= 0)
        and not lines.is_deleted

),

unioned as (

    select * from sale_order_lines
    union all
    select * from pos_order_lines

),

returned as (

    select
        lines.refunded_order_line_id_odoo as order_line_id_odoo,
        -sum(lines.quantity) as quantity
    from {{ ref("stg_odoo__pos_order_line") }} as lines
    inner join {{ ref("stg_odoo__pos_order") }} as orders on lines.order_id = orders.order_id
    where
        lines.refunded_order_line_id_odoo in (select pos_order_lines.order_line_id_odoo from pos_order_lines)
        and not lines.is_deleted
        and not orders.is_deleted
        and orders.state in ('paid', 'done', 'invoiced')
    group by lines.refunded_order_line_id_odoo

),

discounted as (

    select
        unioned.*,
        case
            when coalesce(discount_percent, 0) = 0 then total_amount
            when discount_percent < 100 then {{ money("total_amount / (1 - discount_percent / 100)") }}
            else {{ money("unit_price_amount * quantity") }}
        end as subtotal_amount
    from unioned

)

select
    discounted.order_line_id,
    discounted.order_id,
    row_number() over (
        partition by discounted.order_id order by discounted.line_position, discounted.order_line_id_odoo
    )::integer as line_number,
    matched.product_id,
    null::bigint as product_id_woocommerce,
    null::bigint as variation_id_woocommerce,
    discounted.product_id_odoo,
    products.sku,
    discounted.line_name as description,
    discounted.quantity,
    discounted.subtotal_amount / nullif(discounted.quantity, 0) as unit_price,
    discounted.subtotal_amount,
    discounted.subtotal_amount - discounted.total_amount as discount_amount,
    discounted.total_amount,
    discounted.tax_amount,
    coalesce(returned.quantity, 0) as refunded_quantity,
    null::numeric as stock_reduced_quantity,
    matched.product_id is null as is_unmapped,
    discounted.problems,
    {{ var("build_id") }}::bigint as build_id
from discounted
left join {{ ref("int_products_matched") }} as matched
    on 'odoo:' || discounted.product_id_odoo = matched.product_match_id and not matched.is_deleted
left join {{ ref("stg_odoo__product_product") }} as products on discounted.product_id_odoo = products.product_id_odoo
left join returned
    on discounted.order_line_id_odoo = returned.order_line_id_odoo and discounted.order_id like 'odoo_pos:%'
