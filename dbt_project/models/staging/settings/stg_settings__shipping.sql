{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "shipping") }}

),

renamed as (

    select
        account,
        rule,
        max_days,
        default_weight_g,
        default_length_mm,
        default_width_mm,
        default_height_mm,
        rate_sheet,
        customs_hs_code,
        phone,
        return_labels,
        customs_origin_country,
        complete_orders,
        customer_notes
    from source

)

select * from renamed
