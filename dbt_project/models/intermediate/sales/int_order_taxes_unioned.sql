{{ config(materialized="view") }}

-- Both systems in one shape. Bare selects, so that a filter on the key reaches the index of each.
{% set columns -%}
    order_tax_id,
    order_id,
    tax,
    province,
    tax_code_source,
    tax_rate,
    taxable_amount,
    goods_tax_amount,
    shipping_tax_amount,
    tax_amount,
    taxed_parts,
    problems,
    build_id
{%- endset -%}
select {{ columns }} from {{ ref("int_woocommerce_order_taxes") }}
union all
select {{ columns }} from {{ ref("int_odoo_order_taxes") }}
