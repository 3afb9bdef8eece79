{{ config(materialized="view") }}

-- What is open is decided against the moment at which its system was last read, not against the clock of the build.
with source as (

    select * from {{ source("sync", "extractions") }}

),

latest as (

    select
        system || ':' || resource as extraction_key,
        system,
        resource,
        max(started_at) as read_at
    from source
    where error is null
    group by system, resource

)

select * from latest
