{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed"},
    indexes=[
        {"columns": ["message_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- An invoice or a credit note goes to the customer once it is issued; of an invoice that was paid before it went out, only the
-- one that says so.
with issued as (

    select * from {{ ref("documents") }}
    {{ where_changed("order_id", "int_messages_changed") }}
    and kind in ('invoice', 'credit_note')

)

select
    case
        when issued.kind = 'invoice' then issued.document_key
        else 'refund:' || issued.refund_id
    end as message_key,
    case when issued.kind = 'invoice' then 'invoice' else 'refund' end as kind,
    issued.order_id,
    issued.issued_on as known_on,
    jsonb_build_object(
        'number', issued.document_number,
        'issued_on', issued.issued_on,
        'amount', abs(issued.amount)::text,
        'currency', issued.currency,
        'is_paid', coalesce(issued.is_paid, false),
        'documents', jsonb_build_array(
            jsonb_build_object(
                'document_key', issued.document_key,
                'path', issued.path,
                'sha256', issued.sha256,
                'name', issued.document_number || '.pdf'
            )
        )
    ) as told,
    {{ var("build_id") }}::bigint as build_id
from issued
where not exists (
    select 1 from issued as newer
    where newer.document_key = issued.document_key || ':paid' and issued.kind = 'invoice'
)
