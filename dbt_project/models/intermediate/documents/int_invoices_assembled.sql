{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The invoice of each order that is paid or has shipped, as the settings say: the shop's own amounts, and its own total. What
-- its parts leave of the total is shown as rounding.
with heads as (

    select * from {{ ref("int_document_heads") }}
    {{ where_changed("owner_id", "int_documents_changed") }}
    and is_wanted

),

orders as (

    select orders.*
    from {{ ref("orders") }} as orders
    inner join heads on orders.order_id = heads.order_id
    where orders.is_sale

),

settings as (

    select * from {{ ref("stg_settings__documents") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

lines as (

    select
        order_id,
        sum({{ money("subtotal_amount") }}) as subtotal_amount,
        sum({{ money("discount_amount") }}) as discount_amount,
        jsonb_agg(
            jsonb_build_object(
                'line_number', line_number,
                'sku', sku,
                'description', description,
                'quantity', {{ number_text("quantity") }},
                'unit_price', {{ number_text("round(unit_price, 4)") }},
                'subtotal_amount', {{ money_text("subtotal_amount") }},
                'discount_amount', {{ money_text("discount_amount") }},
                'total_amount', {{ money_text("total_amount") }},
                'tax_amount', {{ money_text("tax_amount") }}
            )
            order by line_number, order_line_id
        ) as lines
    from {{ ref("order_lines") }}
    where order_id in (select orders.order_id from orders)
    group by order_id

),

fees as (

    select
        order_id,
        sum({{ money("total_amount") }}) as fee_amount,
        jsonb_agg(
            jsonb_build_object('name', fee_name, 'amount', {{ money_text("total_amount") }}) order by line_number
        ) as fees
    from {{ ref("stg_woocommerce__order_fee_lines") }}
    where order_id in (select orders.order_id from orders) and not is_deleted
    group by order_id

),

taxes as (

    select
        order_taxes.order_id,
        sum({{ money("order_taxes.tax_amount") }}) as tax_amount,
        jsonb_agg(
            jsonb_build_object(
                'tax', order_taxes.tax,
                'province', order_taxes.province,
                'rate', {{ number_text("order_taxes.tax_rate") }},
                'taxable_amount', {{ money_text("order_taxes.taxable_amount") }},
                'amount', {{ money_text("order_taxes.tax_amount") }},
                'number', {{ registration_number("order_taxes.tax", "order_taxes.province", "orders.order_date", "business") }}
            )
            order by array_position(array['GST', 'HST', 'QST', 'PST', 'RST'], order_taxes.tax), order_taxes.order_tax_id
        ) as taxes
    from {{ ref("order_taxes") }} as order_taxes
    inner join orders on order_taxes.order_id = orders.order_id
    left join business on true
    group by order_taxes.order_id

),

payments as (

    select
        payments.order_id,
        max(payments.paid_date) as paid_on,
        jsonb_agg(
            jsonb_build_object(
                'method', payments.payment_method,
                'title', orders.payment_method_title,
                'amount', {{ money_text("payments.amount") }},
                'paid_on', payments.paid_date
            )
            order by payments.paid_date, payments.payment_id
        ) as payments
    from {{ ref("payments") }} as payments
    inner join orders on payments.order_id = orders.order_id
    where payments.status = 'succeeded' and not payments.is_deleted
    group by payments.order_id

),

shipped as (

    select distinct order_id
    from {{ ref("shipments") }}
    where order_id in (select orders.order_id from orders)

),

billed as (

    select * from {{ ref("int_shipping_billed") }}
    where order_id in (select orders.order_id from orders)

),

shipping_methods as (

    select
        order_id,
        shipping_method
    from {{ ref("order_contacts") }}
    where order_id in (select orders.order_id from orders)

),

priced as (

    select
        orders.order_id,
        orders.total_amount,
        orders.paid_amount,
        orders.order_date,
        coalesce(lines.subtotal_amount, 0) as subtotal_amount,
        coalesce(lines.discount_amount, 0) as discount_amount,
        orders.shipping_amount,
        orders.total_amount - (
            coalesce(lines.subtotal_amount, 0) - coalesce(lines.discount_amount, 0) + {{ money("orders.shipping_amount") }}
            + coalesce(fees.fee_amount, 0) + coalesce(taxes.tax_amount, 0)
        ) as rounding_amount,
        orders.total_amount + coalesce(billed.total_amount, 0) - orders.paid_amount as balance_amount,
        coalesce(lines.lines, '[]'::jsonb) as lines,
        coalesce(fees.fees, '[]'::jsonb) as fees,
        coalesce(taxes.taxes, '[]'::jsonb) as taxes,
        coalesce(payments.payments, '[]'::jsonb) as payments,
        coalesce(payments.paid_on, orders.paid_date) as paid_on,
        billed.billed,
        coalesce(billed.is_waiting, false) as is_waiting,
        shipping_methods.shipping_method,
        orders.paid_at is not null and orders.paid_amount >= orders.total_amount as is_paid_for,
        shipped.order_id is not null as has_shipped
    from orders
    left join lines on orders.order_id = lines.order_id
    left join fees on orders.order_id = fees.order_id
    left join taxes on orders.order_id = taxes.order_id
    left join payments on orders.order_id = payments.order_id
    left join billed on orders.order_id = billed.order_id
    left join shipping_methods on orders.order_id = shipping_methods.order_id
    left join shipped on orders.order_id = shipped.order_id

),

invoices as (

    select
        priced.*,
        heads.owner_id,
        heads.head || jsonb_build_object(
            'kind', 'invoice',
            'number_prefix', settings.invoice_prefix,
            'currency', heads.currency,
            'billing', heads.billing,
            'delivery', heads.delivery,
            'is_pickup', heads.is_pickup,
            'lines', priced.lines,
            'subtotal_amount', {{ money_text("priced.subtotal_amount") }},
            'discount_amount', {{ money_text("priced.discount_amount") }},
            'shipping_amount', {{ money_text("priced.shipping_amount") }},
            'shipping_method', priced.shipping_method,
            'fees', priced.fees,
            'taxes', priced.taxes,
            'rounding_amount', {{ money_text("priced.rounding_amount") }},
            'total_amount', {{ money_text("priced.total_amount") }},
            'shipping_billed', priced.billed,
            'payments', priced.payments,
            'balance_amount', {{ money_text("priced.balance_amount") }},
            'is_paid', priced.balance_amount <= 0,
            'paid_on', case when priced.balance_amount <= 0 then priced.paid_on end,
            'terms', case heads.language when 'fr' then settings.terms_fr else settings.terms_en end
        ) as payload,
        business.rounding_cap
    from priced
    inner join heads on priced.order_id = heads.order_id
    inner join settings on true
    inner join business on true
    where
        not priced.is_waiting
        and (priced.has_shipped or (settings.invoice_when = 'paid' and priced.is_paid_for))

),

-- An invoice with a balance has a copy of its own number, marked paid, once all of it is.
settled as (

    select
        written.owner_id,
        written.payload || jsonb_build_object(
            'document_key', written.document_key || ':paid',
            'copy_of', written.document_key,
            'series', null,
            'payments', priced.payments,
            'balance_amount', '0.00',
            'is_paid', true,
            'paid_on', priced.paid_on
        ) as payload
    from {{ ref("int_documents_written") }} as written
    inner join priced on written.owner_id = priced.order_id
    where
        written.document_key = 'invoice:' || priced.order_id
        and written.status = 'confirmed'
        and not (written.payload ->> 'is_paid')::boolean
        and priced.paid_amount >= (written.payload ->> 'total_amount')::numeric
        + coalesce((written.payload #>> '{shipping_billed,total_amount}')::numeric, 0)

)

select
    'invoice:' || order_id as document_key,
    owner_id,
    'invoice' as kind,
    payload || jsonb_build_object('document_key', 'invoice:' || order_id, 'series', 'invoice') as payload,
    case when abs(rounding_amount) > rounding_cap then 'needs_person' end as hold_class,
    case
        when abs(rounding_amount) > rounding_cap
            then
                'its lines, shipping, fees and taxes leave ' || rounding_amount || ' of its total of ' || total_amount
                || ': recalculate the order in the shop'
    end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from invoices

union all

select
    payload ->> 'document_key' as document_key,
    owner_id,
    'invoice' as kind,
    payload,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from settled
