{{ config(
    unique_key="document_key",
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["is_underway"]},
        {"columns": ["build_id"]},
    ],
) }}

-- How each document's write stands. What may have been issued stays as it was written; what was issued, or waived by a person,
-- is not due again.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'documents' and thing = 'document'
        {% if is_incremental() %}
            and write_key in (
                select new_writes.write_key
                from {{ ref("stg_sync__writes") }} as new_writes
                where new_writes.system = 'documents' and new_writes.thing = 'document' and {{ is_new("new_writes.build_id") }}
            )
        {% endif %}

)

select distinct on (write_key)
    write_key as document_key,
    coalesce(payload #>> '{order,order_id}', write_key) as owner_id,
    payload ->> 'kind' as kind,
    status,
    status in ('sent', 'unknown') as is_underway,
    status in ('confirmed', 'waived') as is_done,
    case when status = 'confirmed' then read_back ->> 'number' end as document_number,
    case when status = 'confirmed' then (read_back ->> 'issued_on')::date end as issued_on,
    payload,
    finished_at,
    {{ var("build_id") }}::bigint as build_id
from writes
order by write_key, status = 'confirmed' desc, is_current desc, write_id desc
