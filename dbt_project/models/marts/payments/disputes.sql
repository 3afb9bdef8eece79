{{ config(
    unique_key="dispute_id_stripe",
    meta={"changed": "int_stripe_disputes_changed"},
    indexes=[
        {"columns": ["dispute_id"], "unique": true},
        {"columns": ["dispute_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

with disputes as (

    select * from {{ ref("int_stripe_disputes_traced") }}
    {{ where_changed("dispute_id_stripe", "int_stripe_disputes_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

records_read as (

    select * from {{ ref("int_stripe_records_read") }}

)

select
    'stripe:' || disputes.dispute_id_stripe as dispute_id,
    disputes.dispute_id_stripe,
    disputes.order_id,
    disputes.charge_id_stripe,
    disputes.status_stripe as status,
    disputes.state,
    disputes.reason,
    disputes.currency,
    disputes.amount,
    disputes.withdrawn_amount,
    disputes.returned_amount,
    disputes.fee_amount,
    disputes.is_deleted,
    disputes.ledger_wait_reason is null as is_ledger_due,
    disputes.ledger_wait_reason,
    disputes.opened_at,
    disputes.evidence_due_at,
    disputes.opened_date,
    case disputes.state
        when 'lost' then disputes.lost_date
        when 'won' then disputes.returned_date
    end as closed_date,
    -- Full days, as of the newest reading; below zero when the time is over.
    case
        when disputes.state in ('open', 'warning')
            then disputes.evidence_due_date - (records_read.read_at at time zone business.time_zone)::date
    end as days_left,
    {{ var("build_id") }}::bigint as build_id
from disputes
left join business on true
left join records_read on true
