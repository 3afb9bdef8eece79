{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "tax_registrations") }}

),

renamed as (

    select
        province,
        tax,
        number as registration_number,
        registered_from,
        registered_to
    from source

)

select * from renamed
