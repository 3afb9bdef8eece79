{{ config(materialized="view") }}

{#- Days until a product arrives that nobody has ordered yet: what its supplier says, of the product itself before its kind,
    the first supplier's; else the settings'. Null: neither says. -#}
with promises as (

    select lead_time_days from {{ ref("stg_settings__promises") }}

)

select
    products.product_id,
    coalesce(
        (
            select supplier.lead_time_days::integer
            from {{ ref("stg_odoo__product_supplierinfo") }} as supplier
            where
                not supplier.is_deleted
                and supplier.lead_time_days between 1 and 3650
                and (
                    supplier.product_id_odoo = products.product_id_odoo
                    or (supplier.product_id_odoo is null and supplier.product_template_id = odoo.product_template_id)
                )
            order by supplier.product_id_odoo is null, supplier.supplier_price_id
            limit 1
        ),
        promises.lead_time_days
    ) as lead_time_days
from {{ ref("products") }} as products
left join {{ ref("stg_odoo__product_product") }} as odoo on products.product_id_odoo = odoo.product_id_odoo
left join promises on true
