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

-- What a marketplace or an agent earns on the orders that its coupon or their source marks, and gives back on what is refunded.
-- At the rate of the sale's day throughout; each refund takes back the difference of what is owed before and after it.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and is_ledger_due
    and channel = 'web'

),

rules as (

    select
        commissions.*,
        row_number() over (order by payee, coupon, source, base, rate) as rule_number
    from {{ ref("stg_settings__commissions") }} as commissions

),

coupons as (

    select distinct
        order_id,
        lower(coupon_code) as coupon
    from {{ ref("stg_woocommerce__order_coupon_lines") }}
    where order_id in (select orders.order_id from orders) and coupon_code is not null

),

sources as (

    select
        orders.order_id,
        lower(names.source) as source
    from {{ ref("stg_woocommerce__orders") }} as orders
    cross join lateral (values (orders.attribution_source), (orders.created_via)) as names (source)
    where orders.order_id in (select due.order_id from orders as due)

),

marked as (

    select
        coupons.order_id,
        rules.rule_number
    from coupons
    inner join rules on coupons.coupon = lower(rules.coupon)

    union

    select
        sources.order_id,
        rules.rule_number
    from sources
    inner join rules on sources.source = lower(rules.source)

),

refunds as (

    select * from {{ ref("refunds") }}
    where order_id in (select marked.order_id from marked) and ledger_wait_reason is null

),

-- Goods and total of the sale, and with each refund what is left of them.
steps as (

    select
        orders.order_id,
        null::text as refund_id,
        0 as step_number,
        orders.paid_date as posting_date,
        orders.subtotal_amount - orders.discount_amount - orders.gift_cards_sold_amount as goods_amount,
        orders.total_amount
    from orders
    where orders.order_id in (select marked.order_id from marked)

    union all

    select
        order_id,
        refund_id,
        refund_number as step_number,
        posting_date,
        -goods_amount as goods_amount,
        -amount as total_amount
    from refunds

),

owed as (

    select
        steps.order_id,
        steps.refund_id,
        steps.step_number,
        steps.posting_date,
        orders.order_number,
        orders.order_id_woocommerce,
        orders.channel,
        orders.delivery_province,
        rules.rule_number,
        rules.payee,
        rules.tax,
        rules.tax_province,
        coalesce(rules.tax_rate, 0) as tax_rate,
        {{ money("orders.exchange_rate * rules.rate * sum(
            case rules.base when 'goods' then steps.goods_amount else steps.total_amount end
        ) over (partition by steps.order_id, rules.rule_number order by steps.step_number)") }} as owed_amount
    from steps
    inner join orders on steps.order_id = orders.order_id
    inner join marked on steps.order_id = marked.order_id
    inner join rules
        on marked.rule_number = rules.rule_number and orders.paid_date between rules.valid_from and rules.valid_to

),

moved as (

    select
        *,
        owed_amount - coalesce(lag(owed_amount) over in_turn, 0) as commission_amount,
        {{ money("owed_amount * tax_rate") }}
        - coalesce(lag({{ money("owed_amount * tax_rate") }}) over in_turn, 0) as tax_amount
    from owed
    window in_turn as (partition by order_id, rule_number order by step_number)

),

lines as (

    select
        moved.*,
        sides.side,
        sides.role,
        sides.fallback_role,
        sides.what,
        sides.amount
    from moved
    cross join lateral (
        values
        (1, 'commissions', null, moved.payee, moved.commission_amount),
        (
            2, concat_ws('.', 'tax_recoverable', moved.tax, moved.tax_province), 'tax_recoverable.' || moved.tax,
            concat_ws(' ', moved.tax, moved.tax_province), moved.tax_amount
        ),
        (3, 'commissions_payable', null, moved.payee, -moved.commission_amount - moved.tax_amount)
    ) as sides (side, role, fallback_role, what, amount)

)

select
    order_id,
    'order:' || order_id as source_key,
    coalesce(
        split_part(refund_id, ':', 1) || '_refund_' || split_part(refund_id, ':', 2),
        'woocommerce_order_' || order_id_woocommerce
    ) || '_commission' as event_id,
    'commission' as event_kind,
    posting_date,
    channel,
    delivery_province as province,
    'Commission on ' || coalesce('refund ' || split_part(refund_id, ':', 2) || ' of ', '')
    || 'web order ' || order_number as title,
    (rule_number * 3 + side - 3)::integer as position,
    role,
    fallback_role,
    what,
    null::text as currency,
    null::numeric as currency_amount,
    amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where amount <> 0
