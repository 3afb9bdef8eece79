{{ config(
    unique_key="order_id",
    meta={"changed": "int_ledger_lines_changed"},
    indexes=[
        {"columns": ["ledger_line_due_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["role"]},
        {"columns": ["fallback_role"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The entry each web order is to have in the books, line by line; amounts are signed here, debit above zero.
with accounts as (

    select * from {{ ref("stg_settings__accounts") }}

),

orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_ledger_lines_changed") }}
    and is_ledger_due

),

order_taxes as (

    select * from {{ ref("order_taxes") }}
    where order_id in (select orders.order_id from orders)

),

payments as (

    select
        order_id,
        sum(fee_amount) as fee_amount
    from {{ ref("payments") }}
    where status = 'succeeded' and not is_deleted and order_id in (select orders.order_id from orders)
    group by order_id

),

tax_lines as (

    select
        order_id,
        tax,
        province,
        sum(tax_amount) as tax_amount
    from order_taxes
    group by order_id, tax, province

),

sale_lines as (

    select
        order_id,
        1 as position,
        'clearing.' || case when {{ is_paid_by_stripe("payment_method") }} then 'stripe' else payment_method end as role,
        null::text as fallback_role,
        'payment' as what,
        {{ money("total_amount") }} as amount
    from orders

    union all

    select
        order_id,
        2 as position,
        'sales' as role,
        null::text as fallback_role,
        'goods' as what,
        -{{ money("subtotal_amount - discount_amount") }} as amount
    from orders

    union all

    select
        order_id,
        3 as position,
        'shipping_revenue' as role,
        null::text as fallback_role,
        'shipping' as what,
        -{{ money("shipping_amount") }} as amount
    from orders

    union all

    select
        order_id,
        4 as position,
        'fee_revenue' as role,
        null::text as fallback_role,
        'fees' as what,
        -{{ money("fee_amount") }} as amount
    from orders

    union all

    select
        order_id,
        5 as position,
        concat_ws('.', 'tax', tax, province) as role,
        'tax.' || tax as fallback_role,
        concat_ws(' ', tax, province) as what,
        -{{ money("tax_amount") }} as amount
    from tax_lines

),

-- What is left of a cent or two, within the cap that quarantine enforces.
rounding_lines as (

    select
        order_id,
        6 as position,
        'rounding' as role,
        null::text as fallback_role,
        'rounding' as what,
        -sum(amount) as amount
    from sale_lines
    group by order_id

),

fee_lines as (

    select
        order_id,
        7 as position,
        'merchant_fees' as role,
        null::text as fallback_role,
        'Stripe fee' as what,
        {{ money("fee_amount") }} as amount
    from payments

    union all

    select
        order_id,
        8 as position,
        'clearing.stripe' as role,
        null::text as fallback_role,
        'Stripe fee' as what,
        -{{ money("fee_amount") }} as amount
    from payments

),

all_lines as (

    select * from sale_lines

    union all

    select * from rounding_lines

    union all

    select * from fee_lines

),

numbered as (

    select
        all_lines.*,
        row_number() over (partition by order_id order by position, role) as line_key
    from all_lines
    where amount <> 0

)

select
    numbered.order_id || ':' || numbered.line_key as ledger_line_due_id,
    numbered.order_id,
    numbered.line_key::integer as line_key,
    numbered.role,
    numbered.fallback_role,
    coalesce(by_role.account_code, by_fallback.account_code) as account_code,
    'Web order ' || orders.order_number || ': ' || numbered.what as line_name,
    greatest(numbered.amount, 0) as debit_amount,
    greatest(-numbered.amount, 0) as credit_amount,
    {{ var("build_id") }}::bigint as build_id
from numbered
inner join orders on numbered.order_id = orders.order_id
left join accounts as by_role on numbered.role = by_role.role and not by_role.is_deleted
left join accounts as by_fallback on numbered.fallback_role = by_fallback.role and not by_fallback.is_deleted
