{{ config(
    unique_key="payment_intent_id_stripe",
    meta={"changed": "int_authorizations_changed"},
    indexes=[
        {"columns": ["payment_intent_id_stripe"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["is_open"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Card payments that were only authorized at first, and what is due now: capture what has shipped, void what was called
-- off, report what is about to lapse.
with measured as (

    select * from {{ ref("int_authorizations_measured") }}
    {{ where_changed("payment_intent_id_stripe", "int_authorizations_changed") }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

-- What has shipped and was not captured; how much of that can be.
compared as (

    select
        measured.*,
        case
            when captured_amount > 0 and captured_amount >= authorized_amount then 'captured'
            when captured_amount > 0 then 'partly captured'
            when is_open then 'held'
            when is_cancelled_by_time then 'lapsed'
            else 'voided'
        end as state,
        coalesce(
            is_open and authorized_amount > captured_amount and read_at > lapses_at - interval '2 days', false
        ) as is_about_to_lapse,
        greatest(least(shipped_card_amount, owed_amount) - captured_amount, 0) as uncaptured_amount,
        case when is_open then greatest(authorized_amount - captured_amount, 0) else 0 end as capturable_amount
    from measured

),

decided as (

    select
        compared.*,
        case
            when is_unreadable or order_id is null or is_quarantined then null
            when not is_paid_by_stripe then null
            when uncaptured_amount > 0 or unknown_amount is not null then 'capture'
            when not is_open then null
            when owed_amount = 0 or (is_called_off and coalesce(shipped_card_amount, 0) = 0) then 'void'
            when is_shipped_whole and capturable_amount > 0 then 'void'
        end as action_due
    from compared

),

-- An answer that is still out stands for its amount; what has shipped since is another capture.
amounts as (

    select
        decided.*,
        case
            when decided.action_due = 'capture' and decided.unknown_amount is not null then decided.unknown_amount
            when decided.action_due = 'capture' and decided.capturable_amount > 0
                then least(decided.uncaptured_amount, decided.capturable_amount)
            when decided.action_due = 'capture' then decided.uncaptured_amount
            when decided.action_due = 'void' then decided.capturable_amount
        end as due_amount,
        currencies.exponent_stripe as exponent
    from decided
    left join currencies on decided.currency = currencies.currency

),

explained as (

    select
        amounts.*,
        case
            when action_due is null or action_due = 'void' then null
            when currency <> coalesce(order_currency, '')
                then 'authorized in ' || currency || ', but the order is in ' || coalesce(order_currency, 'no currency')
            when has_another_open
                then 'the order has another authorization: void the one that is not wanted at Stripe'
            when is_called_off and is_open and order_status = 'cancelled'
                then 'the order was cancelled after it had shipped: capture or void it at Stripe'
            when unknown_amount > least(uncaptured_amount, capturable_amount)
                then 'a capture of ' || unknown_amount || ' ' || currency || ' may have been made, but '
                || least(uncaptured_amount, capturable_amount) || ' is owed by now: it is looked up, and not sent again'
            when state = 'lapsed'
                then 'the authorization lapsed: ' || uncaptured_amount || ' ' || currency || ' must be authorized again'
            when capturable_amount = 0
                then 'nothing is left of the authorization: ' || uncaptured_amount || ' ' || currency
                || ' must be authorized again'
        end as hold_reason,
        case
            when action_due is not null then null
            when state = 'partly captured' and not is_open and not is_shipped_whole and owed_amount > captured_amount
                then 'the rest of the authorization is gone: ' || owed_amount - captured_amount || ' ' || currency
                || ' must be authorized again before it ships'
            when not is_open then null
            when is_unreadable then 'Stripe''s record of it cannot be read in full'
            when order_id is null then 'it belongs to no order that the shop knows'
            when is_quarantined then 'the order is in quarantine'
            when not is_paid_by_stripe then 'the order is paid in another way now'
            when coalesce(shipped_card_amount, 0) = 0 then 'nothing has shipped yet'
            else 'all that has shipped is captured'
        end as wait_reason
    from amounts

)

select
    payment_intent_id_stripe,
    charge_id_stripe,
    order_id,
    order_number,
    currency,
    card_amount as order_amount,
    authorized_amount,
    captured_amount,
    capturable_amount,
    least(shipped_card_amount, owed_amount) as shipped_amount,
    uncaptured_amount,
    state,
    is_open,
    coalesce(
        action_due,
        case when is_about_to_lapse or (not is_open and wait_reason is not null) then 'report' end
    ) as action_due,
    due_amount,
    {{ minor_units("captured_amount", "exponent") }} as captured_minor,
    {{ minor_units("due_amount", "exponent") }} as due_minor,
    case
        when action_due = 'capture' then {{ minor_units("captured_amount + due_amount", "exponent") }}
    end as captured_at_most_minor,
    case when action_due = 'capture' then capture_number end as capture_number,
    coalesce(action_due = 'capture' and coalesce(is_unknown_last, is_shipped_whole), false) as is_last_capture,
    is_multicapture_available,
    hold_reason,
    wait_reason,
    is_about_to_lapse,
    authorized_at,
    lapses_at,
    canceled_at,
    shipped_at,
    case when is_open then read_at end as read_at,
    {{ var("build_id") }}::bigint as build_id
from explained
