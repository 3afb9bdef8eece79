{{ config(
    unique_key="owner_id",
    meta={"changed": "int_invoices_changed"},
    indexes=[
        {"columns": ["owner_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Shipping that an invoice asked for beyond the shop's own total: the customer owes it, and its tax is collected.
with invoices as (

    select
        written.owner_id,
        written.document_key,
        written.document_number,
        written.issued_on,
        written.payload -> 'shipping_billed' as billed
    from {{ ref("int_documents_written") }} as written
    {{ where_changed("written.owner_id", "int_invoices_changed") }}
    and written.status = 'confirmed'
    and written.document_key = 'invoice:' || written.owner_id
    and jsonb_typeof(written.payload -> 'shipping_billed') = 'object'

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select invoices.owner_id from invoices)

),

lines as (

    select
        owner_id,
        1 as position,
        'receivable' as role,
        null::text as fallback_role,
        'shipping to be paid' as what,
        (billed ->> 'total_amount')::numeric as amount
    from invoices

    union all

    select
        owner_id,
        2 as position,
        'shipping_revenue' as role,
        null::text as fallback_role,
        'shipping' as what,
        -(billed ->> 'amount')::numeric as amount
    from invoices

    union all

    select
        invoices.owner_id,
        3 as position,
        concat_ws('.', 'tax', tax.entry ->> 'tax', tax.entry ->> 'province') as role,
        'tax.' || (tax.entry ->> 'tax') as fallback_role,
        concat_ws(' ', tax.entry ->> 'tax', tax.entry ->> 'province') as what,
        -(tax.entry ->> 'amount')::numeric as amount
    from invoices
    cross join lateral jsonb_array_elements({{ json_list("invoices.billed -> 'taxes'") }}) as tax (entry)

),

converted as (

    select
        lines.*,
        {{ money("lines.amount * orders.exchange_rate") }} as books_amount
    from lines
    inner join orders on lines.owner_id = orders.order_id

),

-- The cents that the conversion leaves.
rounded as (

    select
        owner_id,
        position,
        role,
        fallback_role,
        what,
        amount,
        books_amount
    from converted

    union all

    select
        owner_id,
        4 as position,
        'rounding' as role,
        null::text as fallback_role,
        'rounding' as what,
        null::numeric as amount,
        -sum(books_amount) as books_amount
    from converted
    group by owner_id

)

select
    invoices.owner_id,
    invoices.owner_id as order_id,
    'document:' || invoices.document_key as source_key,
    'invoice_shipping_' || replace(invoices.owner_id, ':', '_') as event_id,
    'shipping_billed' as event_kind,
    greatest(invoices.issued_on, orders.paid_date) as posting_date,
    orders.channel,
    orders.delivery_province as province,
    'Invoice ' || invoices.document_number || ' of web order ' || orders.order_number as title,
    rounded.position,
    rounded.role,
    rounded.fallback_role,
    rounded.what,
    case when orders.is_in_books_currency then null::text else orders.currency end as currency,
    case when orders.is_in_books_currency then null::numeric else rounded.amount end as currency_amount,
    rounded.books_amount as amount,
    {{ var("build_id") }}::bigint as build_id
from rounded
inner join invoices on rounded.owner_id = invoices.owner_id
inner join orders on rounded.owner_id = orders.order_id
where rounded.books_amount <> 0
