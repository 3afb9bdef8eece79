{{ config(materialized="table") }}

{#- The products of which this build has read a new state. -#}
select distinct
    product_id_odoo,
    {{ var("build_id") }}::bigint as build_id
from {{ ref("stg_odoo__product_costs") }}
where {{ is_new() }} and product_id_odoo is not null
