{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["order_number"]},
        {"columns": ["order_date"]},
        {"columns": ["customer_id"]},
        {"columns": ["channel", "modified_at"]},
        {"columns": ["channel", "status"]},
        {"columns": ["build_id"]},
    ],
) }}

with orders as (

    select * from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

totals as (

    select * from {{ ref("int_orders_totaled") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

-- A web order that staff typed into Odoo is one sale, and has Odoo's id here.
links as (

    select * from {{ ref("int_orders_linked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

blocked as (

    select order_id
    from {{ ref("int_orders_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and blocks_order

    union

    select order_id
    from {{ ref("int_payments_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and blocks_order

),

-- What a sale's entry tells apart.
gift_cards_redeemed as (

    select
        order_id,
        sum(amount) as amount
    from {{ ref("stg_woocommerce__order_gift_cards") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted
    group by order_id

),

gift_cards_sold as (

    select * from {{ ref("int_order_gift_cards_sold") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

fees as (

    select * from {{ ref("int_order_fees") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

rates as (

    select * from {{ ref("int_currency_rates") }}

),

ledger as (

    select * from {{ ref("stg_settings__ledger") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        orders.order_id,
        orders.channel,
        orders.system,
        orders.order_id_woocommerce,
        coalesce(orders.order_id_odoo, links.order_id_odoo) as order_id_odoo,
        orders.order_number,
        orders.customer_id,
        orders.customer_name,
        orders.customer_note,
        orders.status,
        orders.status_source,
        orders.delivery_country,
        orders.delivery_province,
        orders.payment_method,
        orders.payment_method_title,
        orders.transaction_id,
        orders.payment_intent_id_stripe,
        orders.currency,
        orders.subtotal_amount,
        orders.discount_amount,
        orders.shipping_amount,
        orders.fee_amount,
        orders.tax_amount,
        totals.rounding_amount,
        orders.total_amount,
        coalesce(gift_cards_redeemed.amount, 0) as gift_card_amount,
        coalesce(gift_cards_sold.amount, 0) as gift_cards_sold_amount,
        coalesce(fees.tip_amount, 0) as tip_amount,
        coalesce(orders.currency = business.currency, false) as is_in_books_currency,
        case when orders.currency = business.currency then 1 else rates.rate end as exchange_rate,
        coalesce(business.rounding_cap, 0) as rounding_cap,
        ledger.counter_sales,
        totals.refunded_amount,
        totals.paid_amount,
        totals.payment_count::integer as payment_count,
        totals.payment_fee_amount,
        totals.line_count::integer as line_count,
        orders.is_deleted,
        orders.is_sale,
        totals.is_unmapped,
        blocked.order_id is not null as is_quarantined,
        {{ is_paid_by_stripe("orders.payment_method") }} as is_paid_by_stripe,
        orders.created_at,
        orders.modified_at,
        orders.paid_at,
        orders.completed_at,
        orders.order_date,
        orders.paid_date,
        business.books_start_date,
        orders.extracted_at
    from orders
    left join business on true
    left join ledger on true
    inner join totals on orders.order_id = totals.order_id
    left join links on orders.order_id = links.order_id
    left join blocked on orders.order_id = blocked.order_id
    left join gift_cards_redeemed on orders.order_id = gift_cards_redeemed.order_id
    left join gift_cards_sold on orders.order_id = gift_cards_sold.order_id
    left join fees on orders.order_id = fees.order_id
    left join rates
        on
            orders.currency = rates.currency
            and orders.currency <> business.currency
            and orders.paid_date >= rates.valid_from
            and orders.paid_date < coalesce(rates.valid_to, 'infinity'::date)

),

-- A sale's entry is due once it is sold, paid, in agreement with every source, and its fee is known.
waiting as (

    select
        joined.*,
        case
            when channel <> 'web' and (channel <> 'counter' or counter_sales is distinct from 'counterflow')
                then 'its own system keeps its books'
            when not is_sale then 'not a sale'
            when is_quarantined then 'in quarantine'
            when paid_at is null then 'not paid yet'
            when paid_date < books_start_date then 'paid before the books start'
            when total_amount = 0 then 'nothing to post'
            when is_paid_by_stripe and payment_count = 0 then 'no Stripe charge yet'
            when payment_fee_amount is null then 'Stripe''s fee is not known yet'
            when abs(total_amount - paid_amount) > rounding_cap
                then 'paid ' || paid_amount || ' of ' || total_amount || ' ' || currency
            when exchange_rate is null then 'no rate for ' || currency || ' on ' || paid_date
        end as ledger_wait_reason
    from joined

)

select
    order_id,
    channel,
    system,
    order_id_woocommerce,
    order_id_odoo,
    order_number,
    customer_id,
    customer_name,
    customer_note,
    status,
    status_source,
    delivery_country,
    delivery_province,
    payment_method,
    payment_method_title,
    transaction_id,
    payment_intent_id_stripe,
    currency,
    subtotal_amount,
    discount_amount,
    shipping_amount,
    fee_amount,
    tax_amount,
    rounding_amount,
    total_amount,
    gift_card_amount,
    gift_cards_sold_amount,
    tip_amount,
    is_in_books_currency,
    exchange_rate,
    refunded_amount,
    paid_amount,
    payment_count,
    payment_fee_amount,
    line_count,
    is_deleted,
    is_sale,
    is_unmapped,
    is_quarantined,
    ledger_wait_reason is null as is_ledger_due,
    ledger_wait_reason,
    created_at,
    modified_at,
    paid_at,
    completed_at,
    order_date,
    paid_date,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from waiting
