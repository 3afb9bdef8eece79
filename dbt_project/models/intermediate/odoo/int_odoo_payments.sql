{{ config(
    unique_key="payment_id",
    meta={"changed": "int_odoo_payments_changed"},
    indexes=[
        {"columns": ["payment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- What was received at the counter, one row per tender used. Change given is taken off the tender that it came out of.
    What a return paid out is in int_odoo_refunds. -#}
with business as (

    select time_zone from {{ ref("stg_settings__business") }}

),

tenders as (

    select
        payments.*,
        methods.payment_method,
        coalesce(methods.is_received, true) as is_received,
        orders.state as order_state,
        orders.is_deleted as is_order_deleted,
        currencies.currency
    from {{ ref("stg_odoo__pos_payment") }} as payments
    inner join {{ ref("stg_odoo__pos_order") }} as orders on payments.order_id = orders.order_id
    left join {{ ref("int_odoo_payment_methods_named") }} as methods
        on payments.payment_method_id = methods.payment_method_id
    left join {{ ref("stg_odoo__res_currency") }} as currencies
        on coalesce(payments.currency_id, orders.currency_id) = currencies.currency_id
    {{ where_changed("payments.payment_id", "int_odoo_payments_changed") }}
        and (orders.total_amount is null or orders.total_amount >= 0)

),

change_given as (

    select
        order_id,
        payment_method_id,
        sum(amount) as amount
    from tenders
    where is_change and not is_deleted
    group by order_id, payment_method_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_id, payment_method_id, is_deleted order by amount desc, payment_id_odoo
        ) as tender_rank
    from tenders
    where is_change is not true

),

received as (

    select
        ranked.*,
        ranked.amount + case
            when ranked.tender_rank = 1 and not ranked.is_deleted then coalesce(change_given.amount, 0)
            else 0
        end as received_amount
    from ranked
    left join change_given
        on ranked.order_id = change_given.order_id and ranked.payment_method_id = change_given.payment_method_id

    union all

    -- Change out of a tender that nothing was paid with.
    select
        tenders.*,
        1 as tender_rank,
        tenders.amount as received_amount
    from tenders
    left join ranked
        on
            tenders.order_id = ranked.order_id
            and tenders.payment_method_id = ranked.payment_method_id
            and not ranked.is_deleted
    where tenders.is_change and not tenders.is_deleted and ranked.payment_id is null

)

select
    received.payment_id,
    received.order_id,
    'odoo' as system,
    received.payment_method,
    case
        when received.order_state = 'cancel' then 'cancelled'
        when received.order_state = 'draft' or not received.is_received then 'pending'
        else 'succeeded'
    end as status,
    received.currency,
    received.received_amount as amount,
    0::numeric as refunded_amount,
    0::numeric as fee_amount,
    received.received_amount as net_amount,
    null::text as charge_id_stripe,
    null::text as payment_intent_id_stripe,
    null::text as balance_transaction_id_stripe,
    null::text as payout_id_stripe,
    received.paid_at,
    (received.paid_at at time zone business.time_zone)::date as paid_date,
    received.is_deleted or received.is_order_deleted as is_deleted,
    received.problems,
    {{ var("build_id") }}::bigint as build_id
from received
left join business on true
