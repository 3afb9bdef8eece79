{{ config(materialized="view") }}

{#- Partners with their province in letters. Odoo numbers its countries; Canada is the one with Canada's provinces. -#}
with states as (

    select * from {{ ref("stg_odoo__res_country_state") }}

),

canada as (

    select country_id
    from states
    where state_code in ('AB', 'BC', 'MB', 'NB', 'NS', 'ON', 'QC', 'SK')
    group by country_id
    order by count(distinct state_code) desc, country_id
    limit 1

)

select
    partners.*,
    states.state_code as province,
    case when canada.country_id is not null then 'CA' end as country
from {{ ref("stg_odoo__res_partner") }} as partners
left join states on partners.state_id = states.state_id
left join canada on coalesce(partners.country_id, states.country_id) = canada.country_id
