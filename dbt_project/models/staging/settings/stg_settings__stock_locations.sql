{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "stock_locations") }}

),

renamed as (

    select
        location,
        is_sold_from_web
    from source

)

select * from renamed
