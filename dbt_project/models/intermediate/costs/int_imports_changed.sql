{{ config(materialized="table", indexes=[{"columns": ["import_id"], "unique": true}]) }}

-- Imports of which anything changed since the last build: they, or the settings.
with changed as (

    select reference
    from {{ ref("stg_files__imports") }}
    where {{ is_new() }}

    union

    select reference
    from {{ ref("stg_files__imports") }}
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

)

select
    'files:' || reference as import_id,
    reference,
    {{ var("build_id") }}::bigint as build_id
from changed
