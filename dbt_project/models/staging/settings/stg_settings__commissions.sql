{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "commissions") }}

),

renamed as (

    select
        payee,
        coupon,
        source,
        rate,
        base,
        tax,
        tax_province,
        tax_rate,
        coalesce(valid_from, '-infinity'::date) as valid_from,
        coalesce(valid_to, 'infinity'::date) as valid_to
    from source

)

select * from renamed
