{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "tax_classes") }}

),

renamed as (

    select
        source_class,
        product_class
    from source

)

select * from renamed
