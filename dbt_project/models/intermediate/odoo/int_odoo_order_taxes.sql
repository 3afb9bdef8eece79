{{ config(
    unique_key="order_id",
    meta={"changed": "int_odoo_orders_changed"},
    indexes=[
        {"columns": ["order_tax_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- The tax of each order in Odoo by tax. Odoo keeps one tax amount per order: what was charged is divided by the
    rates of the lines' taxes, in whole cents by largest remainder, so that the parts always make the whole. -#}
with orders as (

    select
        order_id,
        delivery_province,
        tax_amount
    from {{ ref("int_odoo_orders") }}
    {{ where_changed("order_id", "int_odoo_orders_changed") }}

),

line_taxes as (

    select
        order_id,
        subtotal_amount,
        unnest(tax_ids) as tax_id
    from {{ ref("stg_odoo__sale_order_line") }}
    where order_id in (select orders.order_id from orders) and not is_deleted

    union all

    select
        order_id,
        subtotal_amount,
        unnest(tax_ids) as tax_id
    from {{ ref("stg_odoo__pos_order_line") }}
    where order_id in (select orders.order_id from orders) and not is_deleted

),

taxes as (

    select * from {{ ref("stg_odoo__account_tax") }}

),

-- A group stands for the taxes it has; those of one that is not known are kept as they are.
single_taxes as (

    select
        taxes.tax_id,
        coalesce(children.tax_id, taxes.tax_id) as single_tax_id,
        coalesce(children.tax_name, taxes.tax_name) as tax_name,
        coalesce(children.tax_percent, taxes.tax_percent) as tax_percent
    from taxes
    left join taxes as children
        on taxes.calculation = 'group' and children.tax_id = any(taxes.child_tax_ids)

),

charged as (

    select
        line_taxes.order_id,
        coalesce(single_taxes.single_tax_id, line_taxes.tax_id) as tax_id,
        max(single_taxes.tax_name) as tax_name,
        max(single_taxes.tax_percent) as tax_percent,
        sum(line_taxes.subtotal_amount) as taxable_amount,
        count(*)::integer as taxed_parts,
        coalesce(sum(line_taxes.subtotal_amount * single_taxes.tax_percent / 100), 0) as computed_amount
    from line_taxes
    left join single_taxes on line_taxes.tax_id = single_taxes.tax_id
    group by line_taxes.order_id, coalesce(single_taxes.single_tax_id, line_taxes.tax_id)

),

scaled as (

    select
        charged.*,
        orders.delivery_province,
        orders.tax_amount as order_tax_amount,
        coalesce(
            orders.tax_amount * charged.computed_amount
            / nullif(sum(charged.computed_amount) over (partition by charged.order_id), 0),
            0
        ) as exact_amount
    from charged
    inner join orders on charged.order_id = orders.order_id

),

floored as (

    select
        *,
        floor(exact_amount * 100) as cents,
        row_number() over (
            partition by order_id order by exact_amount * 100 - floor(exact_amount * 100) desc, computed_amount desc, tax_id
        ) as remainder_rank
    from scaled

),

allocated as (

    select
        *,
        (
            cents + case
                when
                    remainder_rank <= round(sum(exact_amount) over (partition by order_id) * 100)
                    - sum(cents) over (partition by order_id)
                    then 1
                else 0
            end
        ) / 100 as tax_amount
    from floored

)

select
    order_id || ':' || tax_id as order_tax_id,
    order_id,
    coalesce({{ odoo_tax_code("tax_name") }}, tax_name, 'tax ' || tax_id) as tax,
    coalesce({{ odoo_tax_province("tax_name") }}, delivery_province) as province,
    tax_name as tax_code_source,
    trim_scale(tax_percent / 100) as tax_rate,
    taxable_amount,
    round(tax_amount, 2) as goods_tax_amount,
    0::numeric as shipping_tax_amount,
    round(tax_amount, 2) as tax_amount,
    taxed_parts,
    '{}'::text[] as problems,
    {{ var("build_id") }}::bigint as build_id
from allocated
