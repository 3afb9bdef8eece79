{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

{% set lines = as_it_stands("intermediate", "int_shipment_lines") %}

-- Orders whose cost of goods this build looks at again: the order changed, or the cost of something it shipped, since then.
with ledger as (

    select * from {{ ref("stg_settings__ledger") }}

),

new_costs as (

    select
        product_id_odoo,
        min(valid_from) as valid_from
    from {{ ref("int_product_costs") }}
    where {{ is_new() }}
    group by product_id_odoo

),

changed as (

    select order_id from {{ ref("int_orders_changed") }}

    {% if lines %}
        union

        select lines.order_id
        from {{ lines }} as lines
        inner join new_costs on lines.product_id_odoo = new_costs.product_id_odoo
        where
            lines.shipped_at >= new_costs.valid_from
            and exists (select 1 from ledger where ledger.cost_of_goods = 'counterflow')
    {% endif %}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
