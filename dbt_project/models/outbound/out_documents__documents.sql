{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed", "system": "documents", "thing": "document"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Slips, invoices, credit notes, labels' pages, customs forms and pick lists that are to be issued, each once for its key.
with due as (

    select * from {{ ref("documents_due") }}
    {{ where_changed("owner_id", "int_documents_changed") }}

)

select
    document_key as write_key,
    'posting' as write_kind,
    owner_id,
    kind as document_kind,
    order_id,
    payload,
    md5(payload::text) as payload_hash,
    hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from due
