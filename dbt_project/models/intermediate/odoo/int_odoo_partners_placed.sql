{{ config(materialized="view") }}

{#- Partners with their province and country in letters; a partner without a country is in its province's. -#}
select
    partners.*,
    states.state_code as province,
    countries.country_code as country
from {{ ref("stg_odoo__res_partner") }} as partners
left join {{ ref("stg_odoo__res_country_state") }} as states on partners.state_id = states.state_id
left join {{ ref("stg_odoo__res_country") }} as countries
    on coalesce(partners.country_id, states.country_id) = countries.country_id
