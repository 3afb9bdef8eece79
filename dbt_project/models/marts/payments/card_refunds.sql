{{ config(
    unique_key="order_id",
    meta={"changed": "int_card_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Refunds entered in the shop on orders paid by card, and whether their money has gone back. Those that the shop did not
-- pay back itself are due at Stripe, if the owner wants it so.
with refunds as (

    select * from {{ ref("int_card_refunds_matched") }}
    {{ where_changed("order_id", "int_card_refunds_changed") }}

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select refunds.order_id from refunds) and {{ is_paid_by_stripe("payment_method") }}

),

blocked as (

    select order_id
    from {{ ref("int_orders_checked") }}
    where order_id in (select refunds.order_id from refunds) and blocks_order and entity <> 'payment'
    group by order_id

),

gift_cards as (

    select
        order_id,
        sum(amount) as amount
    from {{ ref("payments") }}
    where order_id in (select refunds.order_id from refunds) and payment_method = 'gift_card' and not is_deleted
    group by order_id

),

-- The charges that took money for the order.
charges as (

    select
        matches.order_id,
        count(*) as charge_count,
        min(matches.charge_id_stripe) as charge_id_stripe,
        min(matches.payment_intent_id_stripe) as payment_intent_id_stripe,
        min(matches.currency) as currency,
        sum(matches.captured_amount) as captured_amount,
        bool_or(coalesce(intents.status_stripe = 'requires_capture', false)) as is_open,
        bool_or(charges.is_disputed and coalesce(disputes.status_stripe not in ('won', 'warning_closed'), true)) as is_disputed
    from {{ ref("int_stripe_charges_matched") }} as matches
    inner join {{ ref("stg_stripe__charges") }} as charges on matches.charge_id_stripe = charges.charge_id_stripe
    left join {{ ref("stg_stripe__payment_intents") }} as intents
        on matches.payment_intent_id_stripe = intents.payment_intent_id_stripe
    left join {{ ref("stg_stripe__disputes") }} as disputes on matches.charge_id_stripe = disputes.charge_id_stripe
    where
        matches.order_id in (select refunds.order_id from refunds)
        and matches.status_stripe = 'succeeded'
        and not matches.is_deleted
        and (matches.captured_amount > 0 or intents.status_stripe = 'requires_capture')
    group by matches.order_id

),

card_flow as (

    select direction
    from {{ ref("stg_settings__flows") }}
    where flow = 'card_refunds'

),

currencies as (

    select * from {{ ref("currencies") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

shop_reading as (

    select read_at
    from {{ ref("stg_sync__extractions") }}
    where system = 'woocommerce' and resource = 'refunds'

),

joined as (

    select
        refunds.*,
        orders.order_number,
        orders.currency as order_currency,
        orders.payment_method,
        blocked.order_id is not null as is_quarantined,
        coalesce(charges.charge_count, 0) as charge_count,
        charges.charge_id_stripe,
        charges.payment_intent_id_stripe,
        coalesce(charges.currency, orders.currency) as currency,
        coalesce(charges.captured_amount, 0) as captured_amount,
        coalesce(charges.is_open, false) as is_open,
        coalesce(charges.is_disputed, false) as is_disputed,
        coalesce(card_flow.direction, 'off') as flow_direction,
        (refunds.refunded_at at time zone business.time_zone)::date < business.books_start_date as is_before_books,
        currencies.exponent_stripe as exponent,
        refunds.refunded_at < coalesce(shop_reading.read_at, refunds.extracted_at) - interval '14 days' as is_old,
        orders.total_amount - coalesce(gift_cards.amount, 0) as card_amount,
        orders.refunded_amount as order_refunded_amount,
        refunds.refund_id_stripe is not null or refunds.is_paid_back_by_us as is_back,
        -- Sent by the shop, or by us, and not seen at Stripe yet: its money is spoken for.
        refunds.refund_id_stripe is null
        and (refunds.is_paid_back_by_us or refunds.is_paid_back_by_shop) as is_on_its_way
    from refunds
    inner join orders on refunds.order_id = orders.order_id
    cross join business
    left join blocked on refunds.order_id = blocked.order_id
    left join charges on refunds.order_id = charges.order_id
    left join gift_cards on refunds.order_id = gift_cards.order_id
    left join currencies on orders.currency = currencies.currency
    left join card_flow on true
    left join shop_reading on true

),

-- In all no more goes back than was captured above what the order is still worth.
measured as (

    select
        joined.*,
        not is_back and not is_paid_back_by_shop as is_open_refund,
        captured_amount - greatest(card_amount - order_refunded_amount, 0) as refundable_amount,
        given_back_amount
        + coalesce(sum(amount) filter (where is_on_its_way) over (partition by order_id), 0) as spoken_for_amount,
        coalesce(
            sum(amount) filter (where not is_back and not is_paid_back_by_shop)
                over (partition by order_id order by refunded_at, refund_id_woocommerce),
            0
        ) as running_amount
    from joined

),

explained as (

    select
        measured.*,
        case
            when not is_open_refund then null
            when has_failed then 'Stripe could not pay it back to the card: pay it in another way'
            when is_unreadable then 'the shop''s record of it cannot be read in full'
            when is_quarantined then 'the order is in quarantine'
            when is_before_books then 'entered before the books start'
            when flow_direction = 'off' then 'flow card_refunds is off in settings.toml'
            when is_open then 'the card is only authorized yet: it is taken off what is captured'
            when captured_amount = 0 then 'nothing was captured'
            when refundable_amount <= 0
                then 'no more was captured than the order is still worth: it was taken off before'
            when refundable_amount <= spoken_for_amount
                then 'Stripe gave back ' || spoken_for_amount || ' already, which is all that is owed'
            when is_old
                then 'entered more than 14 days before the shop was last read: pay it back at Stripe, if it is owed still'
        end as wait_reason,
        case
            when charge_count > 1 then 'the order was paid by more than one charge: pay it back at Stripe'
            when currency <> order_currency
                then 'charged in ' || currency || ', but the refund is in ' || order_currency || ': pay it back at Stripe'
            when is_disputed
                then 'the charge is disputed: the money goes back through the dispute, or after it is won'
            when spoken_for_amount + running_amount > least(refundable_amount, captured_amount)
                then 'only ' || greatest(least(refundable_amount, captured_amount) - spoken_for_amount, 0) || ' '
                || currency || ' may still go back on this order: look at its refunds at Stripe'
        end as obstacle
    from measured

)

select
    refund_id,
    refund_id_woocommerce,
    order_id,
    order_number,
    charge_id_stripe,
    payment_intent_id_stripe,
    refund_id_stripe,
    matched_by,
    order_currency as currency,
    amount,
    captured_amount,
    spoken_for_amount,
    case
        when is_back or is_paid_back_by_shop then 'paid back'
        when wait_reason is null then 'due'
        else 'waits'
    end as state,
    wait_reason,
    case when is_open_refund and wait_reason is null then obstacle end as hold_reason,
    case
        when is_open_refund and wait_reason is null then spoken_for_amount + running_amount
    end as refunded_at_most_amount,
    {{ minor_units("amount", "exponent") }} as amount_minor,
    case
        when is_open_refund and wait_reason is null
            then {{ minor_units("spoken_for_amount + running_amount", "exponent") }}
    end as refunded_at_most_minor,
    refunded_at,
    {{ var("build_id") }}::bigint as build_id
from explained
