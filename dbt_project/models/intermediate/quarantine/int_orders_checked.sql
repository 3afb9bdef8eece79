{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["quarantine_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Control totals and plain sense: one row per check that an order fails. An order with none has no row, so one that
-- agrees again is released by itself.
with orders as (

    select
        orders.*,
        case orders.system when 'woocommerce' then 'web order ' else 'order ' end || orders.order_number as order_name,
        case orders.system when 'woocommerce' then 'WooCommerce' else 'Odoo' end as system_name
    from {{ ref("int_orders_unioned") }} as orders
    {{ where_changed("orders.order_id", "int_orders_changed") }}

),

totals as (

    select * from {{ ref("int_orders_totaled") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

-- An order's tenders together make its total: a gift card and a card, as a rule. What is authorized may still be taken.
tenders as (

    select
        payments.order_id,
        sum(payments.amount) filter (where payments.payment_method = 'gift_card' and payments.status = 'succeeded')
            as gift_card_amount,
        bool_or(payments.status = 'authorized' or coalesce(intents.capturable_amount > 0, false)) as is_authorized
    from {{ ref("int_payments_unioned") }} as payments
    left join {{ ref("stg_stripe__payment_intents") }} as intents
        on payments.payment_intent_id_stripe = intents.payment_intent_id_stripe
    {{ where_changed("payments.order_id", "int_orders_changed") }}
    and not payments.is_deleted
    group by payments.order_id

),

order_taxes as (

    select * from {{ ref("int_order_taxes_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        orders.order_id,
        orders.order_name,
        orders.system_name,
        orders.channel,
        orders.currency,
        orders.total_amount,
        orders.subtotal_amount,
        orders.discount_amount,
        orders.shipping_amount,
        orders.fee_amount,
        orders.tax_amount,
        orders.created_at,
        orders.paid_at,
        orders.extracted_at,
        {{ is_paid_by_stripe("orders.payment_method") }} as is_paid_by_stripe,
        totals.line_count,
        totals.lines_amount,
        totals.tax_lines_amount,
        totals.rounding_amount,
        totals.payment_count,
        totals.paid_amount,
        totals.payment_currency,
        totals.stripe_refunded_amount,
        totals.refunded_amount,
        totals.paid_back_amount,
        totals.has_negative_line,
        totals.problems,
        coalesce(tenders.gift_card_amount, 0) as gift_card_amount,
        coalesce(tenders.is_authorized, false) as is_authorized,
        currencies.currency is not null as is_currency_known,
        business.currency as books_currency,
        coalesce(business.rounding_cap, 0) as rounding_cap
    from orders
    inner join totals on orders.order_id = totals.order_id
    left join tenders on orders.order_id = tenders.order_id
    left join currencies on orders.currency = currencies.currency
    left join business on true
    where not orders.is_deleted

),

failed as (

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'unreadable' as check_name,
        order_name || ' in ' || system_name || ' has values that cannot be read (' || array_to_string(problems, '; ')
        || '). Correct it there' as reason,
        jsonb_build_object('problems', problems) as details,
        true as blocks_order
    from joined
    where problems <> array[]::text[]

    union all

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'currency' as check_name,
        order_name || ' is in a currency that nobody knows (' || currency || '). Correct it in ' || system_name as reason,
        jsonb_build_object('currency', currency, 'books_currency', books_currency) as details,
        true as blocks_order
    from joined
    where currency is not null and not is_currency_known

    union all

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'total' as check_name,
        order_name || ' says ' || total_amount || ', but its lines, shipping, fees and taxes add up to '
        || total_amount - rounding_amount || '. Recalculate it in ' || system_name as reason,
        jsonb_build_object(
            'total_amount', total_amount,
            'subtotal_amount', subtotal_amount,
            'discount_amount', discount_amount,
            'shipping_amount', shipping_amount,
            'fee_amount', fee_amount,
            'tax_amount', tax_amount,
            'difference', rounding_amount
        ) as details,
        true as blocks_order
    from joined
    where abs(rounding_amount) > rounding_cap

    union all

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'lines' as check_name,
        'the lines of ' || order_name || ' add up to ' || lines_amount || ', where the order says '
        || subtotal_amount - discount_amount || '. Recalculate it in ' || system_name as reason,
        jsonb_build_object(
            'lines_amount', lines_amount,
            'subtotal_amount', subtotal_amount,
            'discount_amount', discount_amount
        ) as details,
        true as blocks_order
    from joined
    where abs(lines_amount - (subtotal_amount - discount_amount)) > rounding_cap

    union all

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'tax_total' as check_name,
        'the tax lines of ' || order_name || ' add up to ' || tax_lines_amount || ', where the order says '
        || tax_amount || '. Recalculate it in ' || system_name as reason,
        jsonb_build_object('tax_lines_amount', tax_lines_amount, 'tax_amount', tax_amount) as details,
        true as blocks_order
    from joined
    where abs(tax_lines_amount - tax_amount) > rounding_cap

    union all

    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'negative' as check_name,
        order_name || ' has a negative amount (total ' || coalesce(total_amount::text, '?')
        || '). Correct it in ' || system_name as reason,
        jsonb_build_object('total_amount', total_amount, 'has_negative_line', has_negative_line) as details,
        true as blocks_order
    from joined
    where total_amount < 0 or (channel = 'web' and has_negative_line)

    union all

    -- Against the time at which it was read, not now: the same answer whenever it is asked.
    select
        order_id,
        'order' as entity,
        order_id as record_key,
        'future_date' as check_name,
        order_name || ' is dated ' || to_char(greatest(created_at, paid_at), 'YYYY-MM-DD')
        || ', which is in the future. Correct it in ' || system_name as reason,
        jsonb_build_object('created_at', created_at, 'paid_at', paid_at, 'extracted_at', extracted_at) as details,
        true as blocks_order
    from joined
    where greatest(created_at, paid_at) > extracted_at + interval '2 days'

    union all

    select
        order_id,
        'payment' as entity,
        order_id as record_key,
        'charged' as check_name,
        case
            when gift_card_amount = 0 then 'Stripe took ' || paid_amount || ' ' || coalesce(payment_currency, '')
            else
                'gift cards gave ' || gift_card_amount || ' and other payments ' || paid_amount - gift_card_amount || ' '
                || coalesce(payment_currency, '')
        end || ' for ' || order_name || ', which asks for ' || total_amount || ' ' || coalesce(currency, '')
        || '. Refund or collect the difference, or correct the order' as reason,
        jsonb_build_object(
            'paid_amount', paid_amount,
            'gift_card_amount', gift_card_amount,
            'total_amount', total_amount,
            'payment_count', payment_count,
            'payment_currency', payment_currency,
            'currency', currency
        ) as details,
        true as blocks_order
    from joined
    where
        (is_paid_by_stripe or gift_card_amount > 0)
        and payment_count > 0
        and (paid_amount <> total_amount or payment_currency <> currency)
        and not (is_authorized and paid_amount < total_amount)

    union all

    select
        order_id,
        'refund' as entity,
        order_id as record_key,
        'refunded' as check_name,
        case
            when refunded_amount > total_amount
                then
                    'the refunds of ' || order_name || ' come to ' || refunded_amount || ', more than its total of '
                    || total_amount
            when stripe_refunded_amount > refunded_amount
                then
                    'Stripe gave back ' || stripe_refunded_amount || ' on ' || order_name || ', but ' || system_name
                    || ' has refunds of ' || refunded_amount || ' only. Enter the refund there'
            else
                system_name || ' says that ' || paid_back_amount || ' was paid back on ' || order_name
                || ', but Stripe gave back ' || stripe_refunded_amount || '. Look at the charge in Stripe'
        end as reason,
        jsonb_build_object(
            'refunded_amount', refunded_amount,
            'paid_back_amount', paid_back_amount,
            'stripe_refunded_amount', stripe_refunded_amount,
            'total_amount', total_amount
        ) as details,
        false as blocks_order
    from joined
    where
        refunded_amount > total_amount
        or stripe_refunded_amount > refunded_amount
        or (is_paid_by_stripe and paid_back_amount > stripe_refunded_amount)

    union all

    select
        order_taxes.order_id,
        'order_tax' as entity,
        order_taxes.tax_check_id as record_key,
        'tax_' || order_taxes.state as check_name,
        joined.order_name || ' ' || order_taxes.problem as reason,
        jsonb_build_object(
            'tax', order_taxes.tax,
            'province', order_taxes.province,
            'tax_code_source', order_taxes.tax_code_source,
            'charged_tax_amount', order_taxes.charged_tax_amount,
            'charged_taxable_amount', order_taxes.charged_taxable_amount,
            'charged_rate', order_taxes.charged_rate,
            'rate_in_force', order_taxes.rate_in_force,
            'taxable_amount', order_taxes.taxable_amount,
            'due_tax_amount', order_taxes.due_tax_amount,
            'place', order_taxes.place_province,
            'place_reason', order_taxes.place_reason
        ) as details,
        true as blocks_order
    from order_taxes
    inner join joined on order_taxes.order_id = joined.order_id
    where joined.channel = 'web' and order_taxes.state not in ('agrees', 'within_cap')

    union all

    select
        order_lines.order_id,
        'order_line' as entity,
        order_lines.order_line_id as record_key,
        'unmapped' as check_name,
        'line ' || order_lines.line_number || ' of ' || joined.order_name || ' ('
        || left(coalesce(order_lines.description, 'no text'), 80) || ', SKU ' || coalesce(left(order_lines.sku, 40), 'none')
        || ') matches no product in Odoo. Give the product this SKU; until then the line moves no stock' as reason,
        jsonb_build_object(
            'sku', order_lines.sku,
            'description', order_lines.description,
            'quantity', order_lines.quantity,
            'product_id_woocommerce', order_lines.product_id_woocommerce,
            'variation_id_woocommerce', order_lines.variation_id_woocommerce
        ) as details,
        false as blocks_order
    from order_lines
    inner join joined on order_lines.order_id = joined.order_id
    where joined.channel = 'web' and order_lines.is_unmapped

)

select
    entity || ':' || record_key || ':' || check_name as quarantine_id,
    entity,
    record_key,
    order_id,
    check_name,
    upper(left(reason, 1)) || substr(reason, 2) as reason,
    details,
    blocks_order,
    {{ var("build_id") }}::bigint as build_id
from failed
