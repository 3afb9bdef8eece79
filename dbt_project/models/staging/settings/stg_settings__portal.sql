{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "portal") }}

),

renamed as (

    select
        link_days,
        most_per_minute
    from source

)

select * from renamed
