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
        terms_en,
        terms_fr
    from source

)

select * from renamed
