{{ config(
    unique_key="partner_id",
    indexes=[
        {"columns": ["partner_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

{#- The partners that bought something in Odoo: suppliers, staff and mere addresses are partners too. -#}
with sales as (

    select
        partner_id,
        build_id
    from {{ ref("stg_odoo__sale_order") }}

    union all

    select
        partner_id,
        build_id
    from {{ ref("stg_odoo__pos_order") }}

)

select distinct
    partner_id,
    {{ var("build_id") }}::bigint as build_id
from sales
where partner_id is not null
    {% if is_incremental() %}and {{ is_new() }}{% endif %}
