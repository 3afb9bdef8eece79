{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "boxes") }}

),

renamed as (

    select
        box,
        length_mm,
        width_mm,
        height_mm,
        weight_g,
        max_weight_g
    from source

)

select * from renamed
