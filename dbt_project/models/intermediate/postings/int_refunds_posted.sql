{{ config(
    unique_key="refund_id",
    meta={"changed": "int_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Money that went back: what it was for, against where it went. In the order's own currency, then in the books' at the rate
-- of that day; what was still deferred leaves at the rate that it came in at.
with refunds as (

    select * from {{ ref("refunds") }}
    {{ where_changed("refund_id", "int_refunds_changed") }}
    and ledger_wait_reason is null

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select refunds.order_id from refunds)

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

refund_taxes as (

    select * from {{ ref("refund_taxes") }}
    where refund_id in (select refunds.refund_id from refunds)

),

-- A sale from before the books has nothing deferred in them.
deferral_moves as (

    select
        moves.cause_id as refund_id,
        moves.goods_amount,
        moves.shipping_amount,
        {{ money("moves.left_before_amount * orders.exchange_rate") }}
        - {{ money("moves.left_amount * orders.exchange_rate") }} as books_amount
    from {{ ref("int_deferral_moves") }} as moves
    inner join orders on moves.order_id = orders.order_id and orders.ledger_wait_reason is null
    where moves.cause = 'refund' and moves.cause_id in (select refunds.refund_id from refunds)

),

till_payments as (

    select
        payments.order_id as refund_id,
        methods.payment_method,
        -sum(payments.amount) as amount
    from {{ ref("stg_odoo__pos_payment") }} as payments
    inner join {{ ref("int_odoo_payment_methods_named") }} as methods
        on payments.payment_method_id = methods.payment_method_id
    where payments.order_id in (select refunds.refund_id from refunds) and not payments.is_deleted
    group by payments.order_id, methods.payment_method

),

tenders as (

    select
        refunds.refund_id,
        'clearing.' || case
            when refunds.refund_id_stripe is not null or {{ is_paid_by_stripe("orders.payment_method") }} then 'stripe'
            else orders.payment_method
        end as role,
        'paid back' as what,
        refunds.amount - refunds.gift_card_amount as amount
    from refunds
    inner join orders on refunds.order_id = orders.order_id
    where refunds.channel = 'web'

    union all

    select
        refund_id,
        'gift_cards' as role,
        'back onto the gift card' as what,
        gift_card_amount as amount
    from refunds
    where channel = 'web'

    union all

    select
        refund_id,
        'clearing.' || payment_method as role,
        'paid back' as what,
        amount
    from till_payments

),

given_back as (

    select
        refunds.refund_id,
        parts.position,
        parts.role,
        null::text as fallback_role,
        parts.what,
        parts.amount
    from refunds
    left join deferral_moves as deferred on refunds.refund_id = deferred.refund_id
    cross join lateral (
        values
        (1, 'returns', 'goods', refunds.goods_amount - coalesce(deferred.goods_amount, 0)),
        (2, 'gift_cards', 'gift card taken back', refunds.gift_cards_sold_amount),
        (3, 'shipping_revenue', 'shipping', refunds.shipping_amount - coalesce(deferred.shipping_amount, 0)),
        (5, 'fee_revenue', 'fees', refunds.fee_amount),
        (6, 'tips_payable', 'tip', refunds.tip_amount)
    ) as parts (position, role, what, amount)

    union all

    select
        refund_id,
        7 as position,
        concat_ws('.', 'tax', tax, province) as role,
        'tax.' || tax as fallback_role,
        concat_ws(' ', tax, province) as what,
        amount
    from refund_taxes

    union all

    select
        refund_id,
        9 as position,
        role,
        null::text as fallback_role,
        what,
        -amount as amount
    from tenders

),

converted as (

    select
        given_back.refund_id,
        given_back.position,
        given_back.role,
        given_back.fallback_role,
        given_back.what,
        given_back.amount as currency_amount,
        {{ money("given_back.amount * refunds.exchange_rate") }} as amount
    from given_back
    inner join refunds on given_back.refund_id = refunds.refund_id

    union all

    select
        refund_id,
        4 as position,
        'deferred_revenue' as role,
        null::text as fallback_role,
        'paid, not shipped' as what,
        goods_amount + shipping_amount as currency_amount,
        books_amount as amount
    from deferral_moves

),

-- The cent that the order's own figures left; in another currency what the rates make, too.
balanced as (

    select * from converted

    union all

    select
        converted.refund_id,
        8 as position,
        case when orders.is_in_books_currency then 'rounding' else 'fx_gain_loss' end as role,
        null::text as fallback_role,
        case when orders.is_in_books_currency then 'rounding' else 'exchange rate' end as what,
        null::numeric as currency_amount,
        -sum(converted.amount) as amount
    from converted
    inner join refunds on converted.refund_id = refunds.refund_id
    inner join orders on refunds.order_id = orders.order_id
    group by converted.refund_id, orders.is_in_books_currency

)

select
    balanced.refund_id,
    'refund:' || balanced.refund_id as source_key,
    split_part(balanced.refund_id, ':', 1) || '_refund_' || split_part(balanced.refund_id, ':', 2) as event_id,
    'refund' as event_kind,
    refunds.posting_date,
    refunds.order_id,
    refunds.channel,
    orders.delivery_province as province,
    'Refund ' || split_part(balanced.refund_id, ':', 2) || ' of '
    || case when refunds.channel = 'web' then 'web order ' else 'counter sale ' end || orders.order_number as title,
    balanced.position,
    balanced.role,
    balanced.fallback_role,
    balanced.what,
    case when balanced.currency_amount is not null and not orders.is_in_books_currency then refunds.currency end as currency,
    case when not orders.is_in_books_currency then {{ money("balanced.currency_amount") }} end as currency_amount,
    balanced.amount,
    {{ var("build_id") }}::bigint as build_id
from balanced
inner join refunds on balanced.refund_id = refunds.refund_id
inner join orders on refunds.order_id = orders.order_id
where balanced.amount <> 0
