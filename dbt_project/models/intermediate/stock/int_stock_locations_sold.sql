{{ config(materialized="view") }}

{#- Our own stock locations, and whether the web may sell from them: as the settings say of the location or of the nearest
    one above it. With no settings at all, from every one of them. -#}
with locations as (

    select *
    from {{ ref("stg_odoo__stock_location") }}
    where usage = 'internal' and location_id is not null

),

settings as (

    select * from {{ ref("stg_settings__stock_locations") }}

)

select
    locations.location_id,
    locations.location_name,
    coalesce(
        (
            select settings.is_sold_from_web
            from settings
            where
                locations.location_name = settings.location
                or starts_with(locations.location_name, settings.location || '/')
            order by length(settings.location) desc
            limit 1
        ),
        not exists (select 1 from settings)
    ) as is_sold_from_web
from locations
where not locations.is_deleted
