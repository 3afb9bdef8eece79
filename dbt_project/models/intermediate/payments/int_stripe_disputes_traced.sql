{{ config(
    unique_key="dispute_id_stripe",
    meta={"changed": "int_stripe_disputes_changed"},
    indexes=[
        {"columns": ["dispute_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every dispute, and the money that Stripe took and gave back for it. One that Stripe took money for counts even before
-- the dispute itself was read.
with disputes as (

    select * from {{ ref("stg_stripe__disputes") }}
    {{ where_changed("dispute_id_stripe", "int_stripe_disputes_changed") }}

),

transactions as (

    select * from {{ ref("int_stripe_transactions_traced") }}
    {{ where_changed("dispute_id_stripe", "int_stripe_disputes_changed") }}
        and dispute_id_stripe is not null
        and not is_deleted

),

-- Stripe does not say when a dispute was lost: the first reading that says so is its day.
lost as (

    select
        dispute_id_stripe,
        min(extracted_at) as lost_at
    from {{ ref("stg_stripe__dispute_versions") }}
    {{ where_changed("dispute_id_stripe", "int_stripe_disputes_changed") }}
        and status_stripe = 'lost'
    group by dispute_id_stripe

),

sums as (

    select
        dispute_id_stripe,
        min(charge_id_stripe) as charge_id_stripe,
        min(order_id) as order_id,
        min(currency) as currency,
        min(created_at) filter (where kind = 'dispute') as withdrawn_at,
        max(created_at) filter (where kind = 'dispute_reversal') as returned_at,
        -coalesce(sum(amount) filter (where kind = 'dispute'), 0) as withdrawn_amount,
        coalesce(sum(amount) filter (where kind = 'dispute_reversal'), 0) as returned_amount,
        sum(fee_amount) as fee_amount,
        -coalesce(sum(booked_amount) filter (where kind = 'dispute'), 0) as booked_withdrawn_amount,
        coalesce(sum(booked_fee_amount) filter (where kind = 'dispute'), 0) as booked_fee_amount,
        coalesce(sum(booked_amount) filter (where kind = 'dispute_reversal'), 0) as booked_returned_amount,
        -coalesce(sum(booked_fee_amount) filter (where kind = 'dispute_reversal'), 0) as booked_returned_fee_amount,
        bool_or(booked_amount is null) as is_without_rate
    from transactions
    group by dispute_id_stripe

),

charges as (

    select
        charge_id_stripe,
        order_id
    from {{ ref("int_stripe_charges_matched") }}
    where charge_id_stripe in (select disputes.charge_id_stripe from disputes)

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        coalesce(disputes.dispute_id_stripe, sums.dispute_id_stripe) as dispute_id_stripe,
        coalesce(disputes.charge_id_stripe, sums.charge_id_stripe) as charge_id_stripe,
        coalesce(charges.order_id, sums.order_id) as order_id,
        coalesce(disputes.currency, sums.currency) as currency,
        coalesce(disputes.amount, sums.withdrawn_amount) as amount,
        coalesce(sums.withdrawn_amount, 0) as withdrawn_amount,
        coalesce(sums.returned_amount, 0) as returned_amount,
        coalesce(sums.fee_amount, 0) as fee_amount,
        coalesce(sums.booked_withdrawn_amount, 0) as booked_withdrawn_amount,
        coalesce(sums.booked_fee_amount, 0) as booked_fee_amount,
        coalesce(sums.booked_returned_amount, 0) as booked_returned_amount,
        coalesce(sums.booked_returned_fee_amount, 0) as booked_returned_fee_amount,
        coalesce(sums.is_without_rate, false) as is_without_rate,
        disputes.status_stripe,
        case
            when disputes.status_stripe like 'warning\_%' then 'warning'
            when disputes.status_stripe = 'lost' then 'lost'
            when disputes.status_stripe in ('won', 'prevented', 'charge_refunded') then 'won'
            else 'open'
        end as state,
        disputes.reason,
        coalesce(disputes.created_at, sums.withdrawn_at) as opened_at,
        sums.withdrawn_at,
        sums.returned_at,
        lost.lost_at,
        disputes.evidence_due_at,
        coalesce(disputes.is_deleted, false) as is_deleted,
        business.time_zone,
        business.books_start_date
    from disputes
    full outer join sums on disputes.dispute_id_stripe = sums.dispute_id_stripe
    left join lost on coalesce(disputes.dispute_id_stripe, sums.dispute_id_stripe) = lost.dispute_id_stripe
    left join charges on disputes.charge_id_stripe = charges.charge_id_stripe
    left join business on true

)

select
    dispute_id_stripe,
    charge_id_stripe,
    order_id,
    currency,
    amount,
    withdrawn_amount,
    returned_amount,
    fee_amount,
    booked_withdrawn_amount,
    booked_fee_amount,
    booked_returned_amount,
    booked_returned_fee_amount,
    status_stripe,
    state,
    reason,
    opened_at,
    evidence_due_at,
    (opened_at at time zone time_zone)::date as opened_date,
    (withdrawn_at at time zone time_zone)::date as withdrawn_date,
    (returned_at at time zone time_zone)::date as returned_date,
    case when state = 'lost' then (lost_at at time zone time_zone)::date end as lost_date,
    (evidence_due_at at time zone time_zone)::date as evidence_due_date,
    books_start_date,
    case
        when is_deleted then 'it was deleted'
        when withdrawn_amount = 0 and fee_amount = 0 and returned_amount = 0 then 'Stripe took no money for it'
        when is_without_rate then 'no rate for ' || currency || ' on ' || (withdrawn_at at time zone time_zone)::date
        when (withdrawn_at at time zone time_zone)::date < books_start_date then 'before the books start'
    end as ledger_wait_reason,
    is_deleted,
    {{ var("build_id") }}::bigint as build_id
from joined
