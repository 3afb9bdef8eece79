{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- A sale that is paid: what it was paid with, against what it was for. Written in the order's own currency, then turned
-- into the books' at the day's rate.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and is_ledger_due

),

order_taxes as (

    select * from {{ ref("order_taxes") }}
    where order_id in (select orders.order_id from orders)

),

payments as (

    select * from {{ ref("payments") }}
    where status = 'succeeded' and not is_deleted and order_id in (select orders.order_id from orders)

),

-- Goods that were not in stock when they were paid: no revenue before they ship.
deferrals as (

    select * from {{ ref("int_order_deferrals") }}
    where order_id in (select orders.order_id from orders)

),

priced as (

    select
        orders.order_id,
        orders.subtotal_amount - orders.gift_cards_sold_amount as goods_amount,
        orders.discount_amount,
        orders.shipping_amount,
        orders.fee_amount - orders.tip_amount as fee_amount,
        orders.tip_amount,
        orders.gift_cards_sold_amount,
        coalesce(deferrals.goods_amount, 0) as deferred_goods_amount,
        coalesce(deferrals.discount_amount, 0) as deferred_discount_amount,
        coalesce(deferrals.shipping_amount, 0) as deferred_shipping_amount
    from orders
    left join deferrals on orders.order_id = deferrals.order_id

),

tenders as (

    select
        order_id,
        payment_method,
        sum(amount) as amount
    from payments
    group by order_id, payment_method

),

taxes as (

    select
        order_id,
        tax,
        province,
        sum(tax_amount) as amount
    from order_taxes
    group by order_id, tax, province

),

fees as (

    select
        payments.order_id,
        sum({{ money("payments.fee_amount * case
            when payments.settled_currency = orders.currency then orders.exchange_rate else 1
        end") }}) as amount
    from payments
    inner join orders on payments.order_id = orders.order_id
    where payments.system = 'stripe'
    group by payments.order_id

),

sale_lines as (

    select
        order_id,
        1 as position,
        case
            when {{ is_paid_by_stripe("payment_method") }} then 'clearing.stripe'
            when payment_method = 'gift_card' then 'gift_cards'
            else 'clearing.' || payment_method
        end as role,
        null::text as fallback_role,
        case when payment_method = 'gift_card' then 'gift card redeemed' else 'payment' end as what,
        amount
    from tenders

    union all

    select
        order_id,
        2 as position,
        'sales' as role,
        null::text as fallback_role,
        'goods' as what,
        -(goods_amount - deferred_goods_amount - deferred_discount_amount) as amount
    from priced

    union all

    select
        order_id,
        3 as position,
        'discounts' as role,
        null::text as fallback_role,
        'discount' as what,
        discount_amount - deferred_discount_amount as amount
    from priced

    union all

    select
        order_id,
        4 as position,
        'gift_cards' as role,
        null::text as fallback_role,
        'gift card sold' as what,
        -gift_cards_sold_amount as amount
    from priced

    union all

    select
        order_id,
        5 as position,
        'shipping_revenue' as role,
        null::text as fallback_role,
        'shipping' as what,
        -(shipping_amount - deferred_shipping_amount) as amount
    from priced

    union all

    select
        order_id,
        6 as position,
        'deferred_revenue' as role,
        null::text as fallback_role,
        'paid, not shipped yet' as what,
        -(deferred_goods_amount + deferred_shipping_amount) as amount
    from priced

    union all

    select
        order_id,
        7 as position,
        'fee_revenue' as role,
        null::text as fallback_role,
        'fees' as what,
        -fee_amount as amount
    from priced

    union all

    select
        order_id,
        8 as position,
        'tips_payable' as role,
        null::text as fallback_role,
        'tip' as what,
        -tip_amount as amount
    from priced

    union all

    select
        order_id,
        9 as position,
        concat_ws('.', 'tax', tax, province) as role,
        'tax.' || tax as fallback_role,
        concat_ws(' ', tax, province) as what,
        -amount as amount
    from taxes

),

converted as (

    select
        sale_lines.order_id,
        sale_lines.position,
        sale_lines.role,
        sale_lines.fallback_role,
        sale_lines.what,
        case when orders.is_in_books_currency then null::text else orders.currency end as currency,
        case when orders.is_in_books_currency then null::numeric else {{ money("sale_lines.amount") }} end as currency_amount,
        {{ money("sale_lines.amount * orders.exchange_rate") }} as amount
    from sale_lines
    inner join orders on sale_lines.order_id = orders.order_id

),

-- A cent or two that the shop's own figures leave, within the cap that quarantine enforces, and those of the conversion.
rounding_lines as (

    select
        order_id,
        10 as position,
        'rounding' as role,
        null::text as fallback_role,
        'rounding' as what,
        null::text as currency,
        null::numeric as currency_amount,
        -sum(amount) as amount
    from converted
    group by order_id

),

-- The processor takes its fee in the currency it settles in: the books', or the order's own.
fee_lines as (

    select
        fees.order_id,
        sides.position,
        sides.role,
        null::text as fallback_role,
        'Stripe fee' as what,
        null::text as currency,
        null::numeric as currency_amount,
        {{ money("fees.amount * sides.sign") }} as amount
    from fees
    cross join (values (11, 'merchant_fees', 1), (12, 'clearing.stripe', -1)) as sides (position, role, sign)

),

all_lines as (

    select * from converted

    union all

    select * from rounding_lines

    union all

    select * from fee_lines

)

select
    orders.order_id,
    'order:' || orders.order_id as source_key,
    coalesce('woocommerce_order_' || orders.order_id_woocommerce, replace(orders.order_id, ':', '_')) as event_id,
    'sale' as event_kind,
    orders.paid_date as posting_date,
    orders.channel,
    orders.delivery_province as province,
    case when orders.channel = 'web' then 'Web order ' else 'Counter sale ' end || orders.order_number as title,
    all_lines.position,
    all_lines.role,
    all_lines.fallback_role,
    all_lines.what,
    all_lines.currency,
    all_lines.currency_amount,
    all_lines.amount,
    {{ var("build_id") }}::bigint as build_id
from all_lines
inner join orders on all_lines.order_id = orders.order_id
where all_lines.amount <> 0
