{{ config(
    unique_key="order_id",
    meta={"changed": "int_woocommerce_orders_changed"},
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with order_lines as (

    select * from {{ ref("stg_woocommerce__order_lines") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

refund_lines as (

    select * from {{ ref("stg_woocommerce__refund_lines") }}
    {{ where_changed("order_id", "int_woocommerce_orders_changed") }}

),

refunded as (

    select
        order_line_id,
        sum(quantity) as refunded_quantity
    from refund_lines
    where not is_deleted
    group by order_line_id

),

shaped as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        order_lines.line_number,
        coalesce(by_product.product_id, by_sku.product_id) as product_id,
        order_lines.product_id_woocommerce,
        order_lines.variation_id_woocommerce,
        coalesce(by_product.product_id_odoo, by_sku.product_id_odoo) as product_id_odoo,
        order_lines.sku,
        order_lines.description,
        order_lines.quantity,
        order_lines.subtotal_amount / nullif(order_lines.quantity, 0) as unit_price,
        order_lines.subtotal_amount,
        order_lines.subtotal_amount - order_lines.total_amount as discount_amount,
        order_lines.total_amount,
        coalesce(order_lines.tax_amount, 0) as tax_amount,
        coalesce(refunded.refunded_quantity, 0) as refunded_quantity,
        order_lines.stock_reduced_quantity,
        order_lines.backordered_quantity,
        order_lines.restocked_quantity,
        order_lines.tax_class,
        -- A gift card is no goods: no product of Odoo's is looked for.
        coalesce(by_product.product_id_odoo, by_sku.product_id_odoo) is null
        and not {{ is_gift_card("order_lines.sku") }} as is_unmapped,
        order_lines.problems,
        {{ var("build_id") }}::bigint as build_id
    from order_lines
    left join refunded on order_lines.order_line_id = refunded.order_line_id
    left join {{ ref("stg_sync__sku_mappings") }} as sku_mappings on lower(btrim(order_lines.sku)) = sku_mappings.shop_sku
    -- The shop's own product first; a line whose product was deleted since still has its SKU.
    left join lateral (
        select
            matched.product_id,
            matched.product_id_odoo
        from {{ ref("int_products_matched") }} as matched
        where
            matched.product_id_woocommerce = order_lines.product_id_woocommerce
            and matched.variation_id_woocommerce is not distinct from order_lines.variation_id_woocommerce
            and not matched.is_deleted
        order by matched.product_id
        limit 1
    ) as by_product on true
    left join lateral (
        select
            matched.product_id,
            matched.product_id_odoo
        from {{ ref("int_products_matched") }} as matched
        where
            by_product.product_id is null
            and matched.sku_key = {{ mapped_sku_key("sku_mappings.sku", "order_lines.sku") }}
            and not matched.is_deleted
        order by matched.product_id
        limit 1
    ) as by_sku on true

)

select * from shaped
