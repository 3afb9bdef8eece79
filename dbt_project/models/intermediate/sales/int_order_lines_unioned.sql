{{ config(materialized="view") }}

-- Both systems in one shape. Bare selects, so that a filter on the key reaches the index of each.
{% set columns -%}
    order_line_id,
    order_id,
    line_number,
    product_id,
    product_id_woocommerce,
    variation_id_woocommerce,
    product_id_odoo,
    sku,
    description,
    quantity,
    unit_price,
    subtotal_amount,
    discount_amount,
    total_amount,
    tax_amount,
    refunded_quantity,
    stock_reduced_quantity,
    is_unmapped,
    problems,
    build_id
{%- endset -%}
select
    {{ columns }},
    backordered_quantity,
    restocked_quantity,
    tax_class
from {{ ref("int_woocommerce_order_lines") }}
union all
-- What Odoo sells is on its shelf, and its taxes are its own.
select
    {{ columns }},
    0 as backordered_quantity,
    0 as restocked_quantity,
    null::text as tax_class
from {{ ref("int_odoo_order_lines") }}
