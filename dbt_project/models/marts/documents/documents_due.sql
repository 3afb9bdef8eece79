{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What is to be issued and was not. One that may have been issued stays as it was written, whatever changed since.
{% set kinds = [
    "int_invoices_assembled",
    "int_credit_notes_assembled",
    "int_slips_assembled",
    "int_parcel_papers_assembled",
    "int_pick_lists_assembled",
] %}
with assembled as (

    {% for kind in kinds %}
        select
            document_key,
            owner_id,
            kind,
            payload,
            hold_class,
            hold_reason
        from {{ ref(kind) }}
        {{ where_changed("owner_id", "int_documents_changed") }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

written as (

    select * from {{ ref("int_documents_written") }}
    {{ where_changed("owner_id", "int_documents_changed") }}

),

due as (

    select assembled.*
    from assembled
    left join written on assembled.document_key = written.document_key
    where written.document_key is null or not (written.is_underway or written.is_done)

    union all

    select
        document_key,
        owner_id,
        kind,
        payload,
        null::text as hold_class,
        null::text as hold_reason
    from written
    where is_underway

)

select
    document_key,
    owner_id,
    kind,
    payload #>> '{order,order_id}' as order_id,
    payload ->> 'shipment_id' as shipment_id,
    payload ->> 'refund_id' as refund_id,
    payload,
    hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from due
