{{ config(materialized="view") }}

{#- One of the web shop's units of weight in grams, and of its units of length in millimetres: kilograms and centimetres
    until its settings were read. -#}
select
    coalesce(
        max(case setting_id when 'woocommerce_weight_unit' then
            case setting_value when 'kg' then 1000 when 'g' then 1 when 'lbs' then 453.59237 when 'oz' then 28.349523125 end
        end),
        1000
    )::numeric as weight_g,
    coalesce(
        max(case setting_id when 'woocommerce_dimension_unit' then
            case setting_value when 'm' then 1000 when 'cm' then 10 when 'mm' then 1 when 'in' then 25.4 when 'yd' then 914.4 end
        end),
        10
    )::numeric as length_mm
from {{ ref("stg_woocommerce__product_settings") }}
where not is_deleted
