{{ config(
    unique_key="dispute_id_stripe",
    meta={"changed": "int_stripe_disputes_changed"},
    indexes=[
        {"columns": ["dispute_id_stripe"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- A dispute's money, in up to three entries: taken when it was opened, given back when it was won, lost for good.
with disputes as (

    select * from {{ ref("int_stripe_disputes_traced") }}
    {{ where_changed("dispute_id_stripe", "int_stripe_disputes_changed") }}
    and ledger_wait_reason is null

),

lines as (

    select
        disputes.dispute_id_stripe,
        disputes.order_id,
        'opened' as happened,
        disputes.withdrawn_date as posting_date,
        sides.position,
        sides.role,
        sides.what,
        sides.amount
    from disputes
    cross join lateral (
        values
        (1, 'disputes_receivable', 'disputed', disputes.booked_withdrawn_amount),
        (2, 'dispute_fees', 'dispute fee', disputes.booked_fee_amount),
        (3, 'clearing.stripe', 'taken back by Stripe', -disputes.booked_withdrawn_amount - disputes.booked_fee_amount)
    ) as sides (position, role, what, amount)

    union all

    select
        disputes.dispute_id_stripe,
        disputes.order_id,
        'won' as happened,
        disputes.returned_date as posting_date,
        sides.position,
        sides.role,
        sides.what,
        sides.amount
    from disputes
    cross join lateral (
        values
        (1, 'clearing.stripe', 'given back by Stripe', disputes.booked_returned_amount + disputes.booked_returned_fee_amount),
        (2, 'disputes_receivable', 'disputed', -disputes.booked_returned_amount),
        (3, 'dispute_fees', 'dispute fee returned', -disputes.booked_returned_fee_amount)
    ) as sides (position, role, what, amount)
    where disputes.returned_date is not null

    union all

    select
        disputes.dispute_id_stripe,
        disputes.order_id,
        'lost' as happened,
        disputes.lost_date as posting_date,
        sides.position,
        sides.role,
        sides.what,
        sides.sign * (disputes.booked_withdrawn_amount - disputes.booked_returned_amount) as amount
    from disputes
    cross join (
        values (1, 'chargeback_loss', 'lost', 1), (2, 'disputes_receivable', 'disputed', -1)
    ) as sides (position, role, what, sign)
    where disputes.lost_date is not null

)

select
    dispute_id_stripe,
    'dispute:stripe:' || dispute_id_stripe as source_key,
    'stripe_dispute_' || dispute_id_stripe || '_' || happened as event_id,
    'dispute' as event_kind,
    posting_date,
    order_id,
    null::text as channel,
    null::text as province,
    'Stripe dispute ' || dispute_id_stripe || ' ' || happened as title,
    position,
    role,
    null::text as fallback_role,
    what,
    null::text as currency,
    null::numeric as currency_amount,
    amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where amount <> 0
