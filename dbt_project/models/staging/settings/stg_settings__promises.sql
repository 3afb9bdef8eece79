{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "promises") }}

),

renamed as (

    select
        lead_time_days,
        receiving_days,
        answer_days,
        default_choice,
        retell_days
    from source

)

select * from renamed
