{{ config(
    unique_key="payment_intent_id_stripe",
    meta={"changed": "int_authorizations_changed"},
    indexes=[
        {"columns": ["payment_intent_id_stripe"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- What was authorized, captured and given back, beside what the order is worth, what of it was refunded and has shipped.
with intents as (

    select * from {{ ref("stg_stripe__payment_intents") }}
    {{ where_changed("payment_intent_id_stripe", "int_authorizations_changed") }}
    and capture_method = 'manual' and not is_deleted

),

matches as not materialized (

    select * from {{ ref("int_stripe_charges_matched") }}

),

authorized as (

    select
        intents.payment_intent_id_stripe,
        intents.charge_id_stripe,
        matches.order_id,
        intents.status_stripe,
        intents.cancellation_reason,
        intents.currency,
        intents.amount,
        coalesce(intents.received_amount, 0) as received_amount,
        intents.own_capture_count,
        intents.status_stripe = 'requires_capture' as is_open,
        charges.is_multicapture_available,
        charges.created_at as authorized_at,
        charges.capture_before,
        intents.canceled_at,
        cardinality(intents.problems || charges.problems) > 0 as is_unreadable,
        intents.extracted_at
    from intents
    inner join {{ ref("stg_stripe__charges") }} as charges on intents.charge_id_stripe = charges.charge_id_stripe
    left join matches on intents.charge_id_stripe = matches.charge_id_stripe
    where
        charges.status_stripe = 'succeeded'
        and intents.status_stripe in ('requires_capture', 'succeeded', 'canceled')

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select authorized.order_id from authorized)

),

-- Orders that cannot be trusted. What was charged so far does not count against one: that is what is measured here.
blocked as (

    select order_id
    from {{ ref("int_orders_checked") }}
    where
        order_id in (select authorized.order_id from authorized)
        and blocks_order
        and entity <> 'payment'
    group by order_id

),

shipped as (

    select * from {{ ref("int_order_shipped_amounts") }}
    where order_id in (select authorized.order_id from authorized)

),

gift_cards as (

    select
        order_id,
        sum(amount) as amount
    from {{ ref("payments") }}
    where
        order_id in (select authorized.order_id from authorized)
        and payment_method = 'gift_card'
        and not is_deleted
    group by order_id

),

given_back as (

    select
        refunds.charge_id_stripe,
        sum(refunds.amount) as amount
    from {{ ref("stg_stripe__refunds") }} as refunds
    left join {{ ref("stg_stripe__balance_transactions") }} as balance_transactions
        on refunds.balance_transaction_id_stripe = balance_transactions.balance_transaction_id_stripe
    where
        refunds.charge_id_stripe in (select authorized.charge_id_stripe from authorized)
        and {{ gives_back("refunds", "balance_transactions") }}
    group by refunds.charge_id_stripe

),

-- What other payments by card of the same order took, and whether another one is authorized too.
others as (

    select
        authorized.payment_intent_id_stripe,
        sum(coalesce(matches.captured_amount, 0) - coalesce(matches.refunded_amount, 0)) filter (
            where matches.is_captured
        ) as taken_amount,
        count(*) filter (where intents.status_stripe = 'requires_capture') as open_count
    from authorized
    inner join matches on authorized.order_id = matches.order_id
    left join {{ ref("stg_stripe__payment_intents") }} as intents on matches.charge_id_stripe = intents.charge_id_stripe
    where
        matches.charge_id_stripe <> authorized.charge_id_stripe
        and matches.status_stripe = 'succeeded'
        and not matches.is_deleted
    group by authorized.payment_intent_id_stripe

),

-- Captures of our own that Stripe has confirmed since it was last read, and one whose answer is still out.
own_captures as (

    select
        authorized.payment_intent_id_stripe,
        count(*) filter (where writes.is_done) as done_count,
        coalesce(
            sum(writes.amount) filter (where writes.is_done and writes.capture_number > authorized.own_capture_count), 0
        ) as unread_amount,
        max(writes.amount) filter (
            where writes.is_unknown and writes.capture_number > authorized.own_capture_count
        ) as unknown_amount,
        bool_or(writes.is_last_capture) filter (
            where writes.is_unknown and writes.capture_number > authorized.own_capture_count
        ) as is_unknown_last
    from authorized
    inner join {{ ref("int_stripe_writes") }} as writes
        on authorized.payment_intent_id_stripe = writes.payment_intent_id_stripe
    where writes.thing = 'capture'
    group by authorized.payment_intent_id_stripe

),

stripe_reading as (

    select read_at
    from {{ ref("stg_sync__extractions") }}
    where system = 'stripe' and resource = 'payment_intents'

),

ledger_settings as (

    select * from {{ ref("stg_settings__ledger") }}

),

measured as (

    select
        authorized.*,
        authorized.received_amount + coalesce(own_captures.unread_amount, 0) as captured_amount,
        own_captures.unknown_amount,
        own_captures.is_unknown_last,
        1 + greatest(coalesce(own_captures.done_count, 0), authorized.own_capture_count)::integer as capture_number,
        coalesce(given_back.amount, 0) as given_back_amount,
        coalesce(others.open_count, 0) > 0 as has_another_open,
        coalesce(
            authorized.capture_before, authorized.authorized_at + make_interval(days => ledger_settings.lapse_days)
        ) as lapses_at,
        coalesce(stripe_reading.read_at, authorized.extracted_at) as read_at,
        orders.order_number,
        orders.status as order_status,
        orders.currency as order_currency,
        blocked.order_id is not null as is_quarantined,
        orders.is_deleted as is_order_deleted,
        {{ is_paid_by_stripe("orders.payment_method") }} as is_paid_by_stripe,
        shipped.shipped_at,
        coalesce(shipped.is_whole, false) as is_shipped_whole,
        coalesce(orders.refunded_amount, 0) as refunded_amount,
        -- The card's part of the order: what gift cards and other charges paid is paid.
        orders.total_amount - coalesce(gift_cards.amount, 0) - coalesce(others.taken_amount, 0) as card_amount,
        greatest(
            shipped.shipped_amount - coalesce(gift_cards.amount, 0) - coalesce(others.taken_amount, 0), 0
        ) as shipped_card_amount
    from authorized
    cross join ledger_settings
    left join orders on authorized.order_id = orders.order_id
    left join blocked on authorized.order_id = blocked.order_id
    left join shipped on authorized.order_id = shipped.order_id
    left join gift_cards on authorized.order_id = gift_cards.order_id
    left join given_back on authorized.charge_id_stripe = given_back.charge_id_stripe
    left join others on authorized.payment_intent_id_stripe = others.payment_intent_id_stripe
    left join own_captures on authorized.payment_intent_id_stripe = own_captures.payment_intent_id_stripe
    left join stripe_reading on true

)

select
    payment_intent_id_stripe,
    charge_id_stripe,
    order_id,
    order_number,
    order_status,
    order_currency,
    currency,
    amount as authorized_amount,
    captured_amount,
    given_back_amount,
    card_amount,
    shipped_card_amount,
    -- What may be captured in all: what the card owes less what was refunded, but for refunds that went back already.
    least(card_amount, greatest(card_amount - refunded_amount + given_back_amount, 0)) as owed_amount,
    unknown_amount,
    is_unknown_last,
    capture_number,
    status_stripe,
    coalesce(cancellation_reason in ('automatic', 'expired'), false) as is_cancelled_by_time,
    is_open,
    is_unreadable,
    is_multicapture_available,
    has_another_open,
    is_quarantined,
    coalesce(is_paid_by_stripe, false) as is_paid_by_stripe,
    coalesce(is_order_deleted or order_status in ('cancelled', 'refunded'), false) as is_called_off,
    is_shipped_whole,
    shipped_at,
    authorized_at,
    lapses_at,
    canceled_at,
    read_at,
    {{ var("build_id") }}::bigint as build_id
from measured
