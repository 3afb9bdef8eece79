{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "lists") }}

),

renamed as (

    select
        list,
        value
    from source

)

select * from renamed
