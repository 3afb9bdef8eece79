{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["document_key"], "unique": true},
        {"columns": ["owner_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The credit note of each refund whose money went back, after the invoice that it is of. An order from before our documents has
-- its invoice from the shop.
with heads as (

    select * from {{ ref("int_document_heads") }}
    {{ where_changed("owner_id", "int_documents_changed") }}
    and (is_wanted or is_before_start)

),

settings as (

    select * from {{ ref("stg_settings__documents") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

refunds as (

    select
        refunds.*,
        orders.payment_method,
        orders.payment_method_title,
        orders.order_date
    from {{ ref("refunds") }} as refunds
    inner join {{ ref("orders") }} as orders on refunds.order_id = orders.order_id
    where
        refunds.order_id in (select heads.order_id from heads)
        and not refunds.is_deleted
        and not orders.is_quarantined
        and refunds.amount > 0
        and refunds.paid_back_at is not null

),

invoices as (

    select
        owner_id,
        document_number
    from {{ ref("int_documents_written") }}
    where owner_id in (select heads.owner_id from heads) and document_key = 'invoice:' || owner_id and status = 'confirmed'

),

lines as (

    select
        refund_lines.refund_id,
        jsonb_agg(
            jsonb_build_object(
                'sku', refund_lines.sku,
                'description', refund_lines.description,
                'quantity', {{ number_text("refund_lines.quantity") }},
                'amount', {{ money_text("refund_lines.total_amount") }}
            )
            order by refund_lines.line_number
        ) filter (where not {{ is_gift_card("refund_lines.sku") }}) as lines
    from {{ ref("stg_woocommerce__refund_lines") }} as refund_lines
    where
        refund_lines.refund_id in (select refunds.refund_id from refunds)
        and not refund_lines.is_deleted
        and refund_lines.total_amount <> 0
    group by refund_lines.refund_id

),

taxes as (

    select
        refund_taxes.refund_id,
        sum(refund_taxes.amount) as tax_amount,
        jsonb_agg(
            jsonb_build_object(
                'tax', refund_taxes.tax,
                'province', refund_taxes.province,
                'amount', {{ money_text("refund_taxes.amount") }},
                'number',
                {{ registration_number("refund_taxes.tax", "refund_taxes.province", "refunds.order_date", "business") }}
            )
            order by array_position(array['GST', 'HST', 'QST', 'PST', 'RST'], refund_taxes.tax), refund_taxes.refund_tax_id
        ) as taxes
    from {{ ref("refund_taxes") }} as refund_taxes
    inner join refunds on refund_taxes.refund_id = refunds.refund_id
    left join business on true
    group by refund_taxes.refund_id

),

divided as (

    select
        refunds.*,
        coalesce(lines.lines, '[]'::jsonb) as lines,
        coalesce(taxes.taxes, '[]'::jsonb) as taxes,
        refunds.amount - (
            refunds.goods_amount + refunds.gift_cards_sold_amount + refunds.shipping_amount + refunds.fee_amount
            + refunds.tip_amount + coalesce(taxes.tax_amount, 0) + refunds.rounding_amount
        ) as left_amount
    from refunds
    left join lines on refunds.refund_id = lines.refund_id
    left join taxes on refunds.refund_id = taxes.refund_id

)

select
    'credit_note:' || divided.refund_id as document_key,
    heads.owner_id,
    'credit_note' as kind,
    heads.head || jsonb_build_object(
        'kind', 'credit_note',
        'document_key', 'credit_note:' || divided.refund_id,
        'series', 'credit_note',
        'number_prefix', settings.credit_note_prefix,
        'refund_id', divided.refund_id,
        'invoice_number', invoices.document_number,
        'currency', divided.currency,
        'billing', heads.billing,
        'reason', nullif(btrim(divided.reason), ''),
        'method', divided.payment_method,
        'title', divided.payment_method_title,
        'refunded_on', divided.paid_back_date,
        'lines', divided.lines,
        'goods_amount', {{ money_text("divided.goods_amount") }},
        'gift_cards_amount', {{ money_text("divided.gift_cards_sold_amount") }},
        'shipping_amount', {{ money_text("divided.shipping_amount") }},
        'fee_amount', {{ money_text("divided.fee_amount") }},
        'tip_amount', {{ money_text("divided.tip_amount") }},
        'taxes', divided.taxes,
        'rounding_amount', {{ money_text("divided.rounding_amount") }},
        'amount', {{ money_text("divided.amount") }}
    ) as payload,
    case when divided.left_amount <> 0 then 'needs_person' end as hold_class,
    case
        when divided.left_amount <> 0
            then divided.left_amount || ' of the refund is of nothing that the order has left: look at it in the shop'
    end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from divided
inner join heads on divided.order_id = heads.order_id
left join invoices on heads.owner_id = invoices.owner_id
inner join settings on true
where
    divided.refund_date >= settings.start_date
    and (invoices.owner_id is not null or heads.is_before_start)
