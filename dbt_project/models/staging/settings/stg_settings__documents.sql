{{ config(materialized="view") }}

with source as (

    select * from {{ source("settings", "documents") }}

),

renamed as (

    select
        folder,
        invoice_when,
        invoice_prefix,
        credit_note_prefix,
        start_date,
        pick_list_hour,
        terms_en,
        terms_fr
    from source

)

select * from renamed
