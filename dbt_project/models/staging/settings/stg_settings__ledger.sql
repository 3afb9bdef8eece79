{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "ledger") }}

),

renamed as (

    select
        mode,
        counter_sales,
        cost_of_goods,
        bank_lines,
        lapse_days
    from source

)

select * from renamed
