{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- What an order's lines, taxes, payments and refunds add up to: each summed by itself, so that none multiplies another.
with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

order_taxes as (

    select * from {{ ref("int_order_taxes_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

payments as (

    select * from {{ ref("int_payments_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

refunds as (

    select * from {{ ref("int_refunds_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

line_sums as (

    select
        order_id,
        count(*) as line_count,
        sum(total_amount) as lines_amount,
        bool_or(is_unmapped) as is_unmapped,
        bool_or(quantity < 0 or total_amount < 0) as has_negative_line,
        array_agg('line ' || line_number || ': ' || array_to_string(problems, ', ') order by line_number)
        filter (where problems <> array[]::text[]) as line_problems
    from order_lines
    group by order_id

),

tax_sums as (

    select
        order_id,
        sum(tax_amount) as tax_lines_amount,
        array_agg('tax ' || coalesce(tax_code_source, '?') || ': ' || array_to_string(problems, ', ') order by order_tax_id)
        filter (where problems <> array[]::text[]) as tax_problems
    from order_taxes
    group by order_id

),

payment_sums as (

    select
        order_id,
        count(*) as payment_count,
        sum(amount) as paid_amount,
        sum(refunded_amount) filter (where system = 'stripe') as stripe_refunded_amount,
        case when bool_and(fee_amount is not null) then sum(fee_amount) end as payment_fee_amount,
        min(currency) as payment_currency,
        max(currency) as last_payment_currency
    from payments
    where status = 'succeeded' and not is_deleted and order_id is not null
    group by order_id

),

refund_sums as (

    select
        order_id,
        sum(amount) as refunded_amount,
        sum(amount) filter (where is_paid_back) as paid_back_amount
    from refunds
    where not is_deleted
    group by order_id

),

joined as (

    select
        orders.order_id,
        coalesce(line_sums.line_count, 0) as line_count,
        coalesce(line_sums.lines_amount, 0) as lines_amount,
        coalesce(tax_sums.tax_lines_amount, 0) as tax_lines_amount,
        coalesce(payment_sums.payment_count, 0) as payment_count,
        coalesce(payment_sums.paid_amount, 0) as paid_amount,
        case
            when payment_sums.payment_count is null then 0
            else payment_sums.payment_fee_amount
        end as payment_fee_amount,
        coalesce(payment_sums.stripe_refunded_amount, 0) as stripe_refunded_amount,
        coalesce(refund_sums.refunded_amount, 0) as refunded_amount,
        coalesce(refund_sums.paid_back_amount, 0) as paid_back_amount,
        case
            when payment_sums.payment_currency = payment_sums.last_payment_currency then payment_sums.payment_currency
            when payment_sums.payment_count > 0 then 'several'
        end as payment_currency,
        orders.total_amount - (
            orders.subtotal_amount - orders.discount_amount + orders.shipping_amount + orders.fee_amount
            + orders.tax_amount
        ) as rounding_amount,
        coalesce(line_sums.is_unmapped, false) as is_unmapped,
        coalesce(line_sums.has_negative_line, false) as has_negative_line,
        orders.problems
        || coalesce(line_sums.line_problems, array[]::text[])
        || coalesce(tax_sums.tax_problems, array[]::text[]) as problems,
        {{ var("build_id") }}::bigint as build_id
    from orders
    left join line_sums on orders.order_id = line_sums.order_id
    left join tax_sums on orders.order_id = tax_sums.order_id
    left join payment_sums on orders.order_id = payment_sums.order_id
    left join refund_sums on orders.order_id = refund_sums.order_id

)

select * from joined
