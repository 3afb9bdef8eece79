{{ config(
    unique_key="order_id",
    meta={"changed": "int_odoo_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

{#- Sales made in Odoo: over the counter, and sale orders that are no web order typed in (int_sale_orders_linked).
    A return at the counter (total below zero) is no order but a refund (int_odoo_refunds). -#}
with business as (

    select * from {{ ref("stg_settings__business") }}

),

currencies as (

    select
        currency_id,
        currency
    from {{ ref("stg_odoo__res_currency") }}

),

partners as (

    select * from {{ ref("int_odoo_partners_placed") }}

),

sale_orders as (

    select sale_orders.*
    from {{ ref("stg_odoo__sale_order") }} as sale_orders
    left join {{ ref("int_sale_orders_linked") }} as linked on sale_orders.order_id = linked.order_id
    {{ where_changed("sale_orders.order_id", "int_odoo_orders_changed") }}
        and linked.order_id_web is null

),

pos_orders as (

    select *
    from {{ ref("stg_odoo__pos_order") }}
    {{ where_changed("order_id", "int_odoo_orders_changed") }}
        and (total_amount is null or total_amount >= 0)

),

pos_payments as (

    select
        payments.order_id,
        max(payments.paid_at) as paid_at,
        case when count(distinct methods.payment_method) = 1 then max(methods.payment_method) end as payment_method
    from {{ ref("stg_odoo__pos_payment") }} as payments
    left join {{ ref("int_odoo_payment_methods_named") }} as methods
        on payments.payment_method_id = methods.payment_method_id
    {{ where_changed("payments.order_id", "int_odoo_orders_changed") }}
        and not payments.is_deleted
    group by payments.order_id

),

lines as (

    select
        order_id,
        sum(subtotal_amount) as subtotal_amount,
        sum(discount_amount) as discount_amount
    from {{ ref("int_odoo_order_lines") }}
    {{ where_changed("order_id", "int_odoo_orders_changed") }}
    group by order_id

),

unioned as (

    select
        order_id,
        'sales' as channel,
        order_id_odoo,
        order_number,
        partner_id,
        coalesce(delivery_partner_id, partner_id) as delivery_partner_id,
        case
            when state in ('draft', 'sent') then 'draft'
            when state = 'cancel' then 'cancelled'
            when state <> 'sale' then 'unknown'
            when delivery_status = 'full' or (delivery_status is null and invoice_status = 'invoiced') then 'completed'
            else 'processing'
        end as status,
        state as status_source,
        is_deleted,
        currency_id,
        tax_amount,
        total_amount,
        ordered_at,
        updated_at,
        problems,
        extracted_at
    from sale_orders

    union all

    select
        order_id,
        'counter' as channel,
        order_id_odoo,
        order_number,
        partner_id,
        null::bigint as delivery_partner_id,
        case
            when state in ('paid', 'done', 'invoiced') then 'completed'
            when state = 'draft' then 'draft'
            when state = 'cancel' then 'cancelled'
            else 'unknown'
        end as status,
        state as status_source,
        is_deleted,
        currency_id,
        tax_amount,
        total_amount,
        ordered_at,
        updated_at,
        problems,
        extracted_at
    from pos_orders

)

select
    unioned.order_id,
    unioned.channel,
    'odoo' as system,
    null::bigint as order_id_woocommerce,
    unioned.order_id_odoo,
    unioned.order_number,
    {{ customer_key("customers.email", "odoo", "unioned.partner_id") }} as customer_id,
    unioned.status,
    unioned.status_source,
    unioned.is_deleted,
    unioned.status in ('processing', 'completed', 'refunded') and not unioned.is_deleted as is_sale,
    currencies.currency,
    coalesce(lines.subtotal_amount, 0) as subtotal_amount,
    coalesce(lines.discount_amount, 0) as discount_amount,
    0::numeric as shipping_amount,
    0::numeric as fee_amount,
    unioned.tax_amount,
    unioned.total_amount,
    case when unioned.channel = 'counter' then business.country else places.country end as delivery_country,
    case when unioned.channel = 'counter' then business.province else places.province end as delivery_province,
    pos_payments.payment_method,
    null::text as payment_method_title,
    null::text as transaction_id,
    null::text as payment_intent_id_stripe,
    customers.partner_name as customer_name,
    null::text as customer_note,
    unioned.ordered_at as created_at,
    unioned.updated_at as modified_at,
    case when unioned.status = 'completed' then pos_payments.paid_at end as paid_at,
    case when unioned.channel = 'counter' and unioned.status = 'completed' then unioned.ordered_at end as completed_at,
    (unioned.ordered_at at time zone business.time_zone)::date as order_date,
    case when unioned.status = 'completed' then (pos_payments.paid_at at time zone business.time_zone)::date end as paid_date,
    unioned.problems,
    unioned.extracted_at,
    {{ var("build_id") }}::bigint as build_id
from unioned
left join business on true
left join currencies on unioned.currency_id = currencies.currency_id
left join partners as customers on unioned.partner_id = customers.partner_id
left join partners as places on unioned.delivery_partner_id = places.partner_id
left join pos_payments on unioned.order_id = pos_payments.order_id
left join lines on unioned.order_id = lines.order_id
