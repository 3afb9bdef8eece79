{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "flows") }}

),

renamed as (

    select
        flow,
        direction
    from source

)

select * from renamed
