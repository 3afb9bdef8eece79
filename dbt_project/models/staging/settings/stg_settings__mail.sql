{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "mail") }}

),

renamed as (

    select
        sender,
        sender_name,
        reply_to,
        start_date,
        max_per_run
    from source

)

select * from renamed
