{{ config(
    unique_key="refund_id",
    meta={"changed": "int_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What is given back, and whether its money went. That goods came back is another fact (restocked_quantity).
with shop_refunds as (

    select * from {{ ref("int_refunds_unioned") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}

),

numbered as (

    select * from {{ ref("int_refunds_numbered") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}

),

listed as (

    select
        refund_id,
        order_id,
        system,
        currency,
        amount,
        reason,
        is_paid_back,
        is_deleted,
        refunded_at,
        refund_date,
        problems
    from shop_refunds

    union all

    select
        refund_id,
        order_id,
        system,
        currency,
        amount,
        reason,
        is_paid_back,
        false as is_deleted,
        refunded_at,
        refund_date,
        array[]::text[] as problems
    from numbered
    where system = 'stripe'

),

parts as (

    select
        refund_id,
        coalesce(sum(amount) filter (where part = 'goods'), 0) as goods_amount,
        coalesce(sum(amount) filter (where part = 'gift_card'), 0) as gift_cards_sold_amount,
        coalesce(sum(amount) filter (where part = 'shipping'), 0) as shipping_amount,
        coalesce(sum(amount) filter (where part = 'fee'), 0) as fee_amount,
        coalesce(sum(amount) filter (where part = 'tip'), 0) as tip_amount,
        coalesce(sum(amount) filter (where part = 'tax'), 0) as tax_amount,
        coalesce(sum(amount) filter (where part = 'rounding'), 0) as rounding_amount,
        sum(amount) as given_amount,
        sum(amount - named_amount) filter (where part <> 'rounding') as split_amount
    from {{ ref("int_refund_parts") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}
    group by refund_id

),

restocked as (

    select
        refund_id,
        sum(restocked_quantity) as restocked_quantity
    from {{ ref("int_refund_lines_restocked") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}
    group by refund_id

),

-- A refund may take Stripe several attempts.
stripe_refunds as (

    select
        refund_id,
        (array_agg(refund_id_stripe order by status_stripe = 'succeeded' desc, created_at desc))[1] as refund_id_stripe,
        sum(amount) filter (where status_stripe = 'succeeded') as amount,
        max(created_at) filter (where status_stripe = 'succeeded') as paid_back_at,
        bool_and(status_stripe in ('failed', 'canceled')) as is_failed
    from {{ ref("int_stripe_refunds_matched") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}
    group by refund_id

),

-- What the till gave back.
till_payments as (

    select
        order_id as refund_id,
        -sum(amount) as amount
    from {{ ref("stg_odoo__pos_payment") }}
    {{ where_changed("order_id", "int_refunds_changed", "refund_id") }}
    and not is_deleted
    group by order_id

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select listed.order_id from listed)

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        listed.*,
        numbered.refund_number,
        orders.order_number,
        orders.channel,
        orders.delivery_province,
        orders.payment_method,
        {{ is_paid_by_stripe("orders.payment_method") }} or stripe_refunds.refund_id is not null as is_paid_by_stripe,
        orders.is_quarantined as is_order_quarantined,
        orders.ledger_wait_reason as order_wait_reason,
        orders.paid_date as order_paid_date,
        orders.is_in_books_currency,
        stripe_refunds.refund_id_stripe,
        stripe_refunds.is_failed,
        coalesce(stripe_refunds.amount, 0) as stripe_amount,
        till_payments.amount as till_amount,
        parts.refund_id is not null as is_divided,
        coalesce(parts.goods_amount, shop_refunds.goods_amount, 0) as goods_amount,
        coalesce(parts.gift_cards_sold_amount, 0) as gift_cards_sold_amount,
        coalesce(parts.shipping_amount, shop_refunds.shipping_amount, 0) as shipping_amount,
        coalesce(parts.fee_amount, shop_refunds.fee_amount, 0) as fee_amount,
        coalesce(parts.tip_amount, 0) as tip_amount,
        coalesce(parts.tax_amount, shop_refunds.tax_amount, 0) as tax_amount,
        coalesce(parts.rounding_amount, 0) as rounding_amount,
        coalesce(parts.split_amount, 0) as split_amount,
        coalesce(listed.amount - parts.given_amount, shop_refunds.unallocated_amount, listed.amount) as unallocated_amount,
        coalesce(restocked.restocked_quantity, 0) as restocked_quantity,
        -- First back to where money came from, then onto the gift cards.
        case
            when coalesce(orders.gift_card_amount, 0) = 0 then 0
            else
                greatest(
                    listed.amount + numbered.refunded_before_amount - (orders.total_amount - orders.gift_card_amount), 0
                )
                - greatest(numbered.refunded_before_amount - (orders.total_amount - orders.gift_card_amount), 0)
        end as gift_card_amount,
        stripe_refunds.paid_back_at as paid_back_by_stripe_at,
        business.time_zone,
        business.books_start_date
    from listed
    left join shop_refunds on listed.refund_id = shop_refunds.refund_id
    left join numbered on listed.refund_id = numbered.refund_id
    left join parts on listed.refund_id = parts.refund_id
    left join restocked on listed.refund_id = restocked.refund_id
    left join stripe_refunds on listed.refund_id = stripe_refunds.refund_id
    left join till_payments on listed.refund_id = till_payments.refund_id
    left join orders on listed.order_id = orders.order_id
    left join business on true

),

timed as (

    select
        *,
        case
            when is_paid_by_stripe and amount > gift_card_amount then paid_back_by_stripe_at
            else refunded_at
        end as paid_back_at
    from joined

),

dated as (

    select
        timed.*,
        (timed.paid_back_at at time zone timed.time_zone)::date as paid_back_date,
        -- Not before the sale itself is in the books.
        greatest((timed.paid_back_at at time zone timed.time_zone)::date, timed.order_paid_date) as posting_date
    from timed

),

priced as (

    select
        dated.*,
        case when dated.is_in_books_currency then 1 else rates.rate end as exchange_rate
    from dated
    left join {{ ref("int_currency_rates") }} as rates
        on
            dated.currency = rates.currency
            and not dated.is_in_books_currency
            and dated.posting_date >= rates.valid_from
            and dated.posting_date < coalesce(rates.valid_to, 'infinity'::date)

),

-- An order that was paid before the books start has no sale here, but what is given back since goes through the books.
waiting as (

    select
        priced.*,
        case
            when is_deleted then 'deleted'
            when order_number is null then 'its order is not known'
            when channel <> 'web' and order_wait_reason is not null then order_wait_reason
            when problems <> array[]::text[] then 'it cannot be read in full'
            when is_order_quarantined then 'its order is in quarantine'
            when order_wait_reason is not null and (order_paid_date is null or order_paid_date >= books_start_date)
                then 'its order waits: ' || order_wait_reason
            when amount = 0 then 'nothing to post'
            when not is_divided or unallocated_amount <> 0 then 'more is given back than the order has left'
            when channel = 'web' and is_paid_by_stripe and amount > gift_card_amount then
                case
                    when stripe_amount = amount - gift_card_amount then null
                    when refund_id_stripe is null then 'the money has not gone back yet'
                    when is_failed then 'Stripe could not pay it back'
                    when stripe_amount = 0 then 'the money has not gone back yet'
                    else
                        'Stripe gave back ' || stripe_amount || ' of ' || amount - gift_card_amount
                end
            when channel = 'counter' and (till_amount is distinct from amount)
                then 'the till gave back ' || coalesce(till_amount, 0) || ' of ' || amount
        end as money_wait_reason
    from priced

)

select
    refund_id,
    order_id,
    system,
    channel,
    refund_number,
    refund_id_stripe,
    currency,
    amount,
    goods_amount,
    gift_cards_sold_amount,
    shipping_amount,
    fee_amount,
    tip_amount,
    tax_amount,
    rounding_amount,
    unallocated_amount,
    split_amount,
    gift_card_amount,
    restocked_quantity,
    reason,
    is_paid_back,
    is_deleted,
    coalesce(
        money_wait_reason,
        case
            when posting_date < books_start_date then 'before the books start'
            when exchange_rate is null then 'no rate for ' || currency || ' on ' || posting_date
        end
    ) as ledger_wait_reason,
    exchange_rate,
    refunded_at,
    refund_date,
    paid_back_at,
    paid_back_date,
    posting_date,
    {{ var("build_id") }}::bigint as build_id
from waiting
