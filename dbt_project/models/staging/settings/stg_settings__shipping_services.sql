{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "shipping_services") }}

),

renamed as (

    select
        method,
        service_code
    from source

)

select * from renamed
