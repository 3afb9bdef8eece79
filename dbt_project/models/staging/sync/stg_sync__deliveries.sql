{{ config(materialized="view") }}

-- Up to which build each outbound model was looked at: whatever was due by then stands in the record of writes.
with source as (

    select * from {{ source("sync", "cursors") }}

)

select
    resource as outbound_model,
    (cursor ->> 'build_id')::bigint as planned_until_build
from source
where system = 'outbound'
