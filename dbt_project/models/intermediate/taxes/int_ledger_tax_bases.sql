{{ config(materialized="view") }}

-- What the tax of each entry in the books was on, by tax and province, in the books' currency: of the orders and refunds
-- that are in it. A reversal takes back what its entry had.
with events as (

    select
        write_key,
        source_key
    from {{ ref("int_ledger_events_sent") }}
    -- an order's commission and shipments have its key too, and no tax to pay
    where event_kind in ('sale', 'refund', 'shipping_billed')

),

sold as (

    select
        'order:' || order_taxes.order_id as source_key,
        order_taxes.tax,
        order_taxes.province,
        sum(order_taxes.taxable_amount * orders.exchange_rate) as base_amount
    from {{ ref("order_taxes") }} as order_taxes
    inner join {{ ref("orders") }} as orders on order_taxes.order_id = orders.order_id
    where order_taxes.tax_amount <> 0
    group by order_taxes.order_id, order_taxes.tax, order_taxes.province

),

-- A refund's tax is of the rate that was charged.
rates_charged as (

    select
        order_id,
        tax,
        province,
        sum(taxable_amount) / nullif(sum(tax_amount), 0) as base_per_tax
    from {{ ref("order_taxes") }}
    group by order_id, tax, province

),

given_back as (

    select
        'refund:' || refund_taxes.refund_id as source_key,
        refund_taxes.tax,
        refund_taxes.province,
        -sum(refund_taxes.amount * rates_charged.base_per_tax * orders.exchange_rate) as base_amount
    from {{ ref("refund_taxes") }} as refund_taxes
    inner join {{ ref("orders") }} as orders on refund_taxes.order_id = orders.order_id
    inner join rates_charged
        on
            refund_taxes.order_id = rates_charged.order_id
            and refund_taxes.tax = rates_charged.tax
            and refund_taxes.province is not distinct from rates_charged.province
    group by refund_taxes.refund_id, refund_taxes.tax, refund_taxes.province

),

billed as (

    select
        'document:' || written.document_key as source_key,
        tax.entry ->> 'tax' as tax,
        tax.entry ->> 'province' as province,
        sum((written.payload #>> '{shipping_billed,amount}')::numeric * orders.exchange_rate) as base_amount
    from {{ ref("int_documents_written") }} as written
    inner join {{ ref("orders") }} as orders on written.owner_id = orders.order_id
    cross join lateral jsonb_array_elements(
        {{ json_list("written.payload #> '{shipping_billed,taxes}'") }}
    ) as tax (entry)
    where written.document_key = 'invoice:' || written.owner_id and written.status = 'confirmed'
    group by written.document_key, tax.entry ->> 'tax', tax.entry ->> 'province'

),

bases as (

    select * from sold

    union all

    select * from billed

    union all

    select * from given_back

),

summed as (

    select
        events.write_key,
        concat_ws('.', 'tax', bases.tax, bases.province) as role,
        {{ money("sum(bases.base_amount)") }} as base_amount
    from events
    inner join bases on events.source_key = bases.source_key
    group by events.write_key, bases.tax, bases.province

)

select
    write_key,
    role,
    base_amount
from summed
union all
select
    reversals.write_key,
    summed.role,
    -summed.base_amount as base_amount
from {{ ref("ledger_postings") }} as reversals
inner join {{ ref("ledger_postings") }} as reversed
    on
        reversals.base_key = reversed.base_key
        and reversals.sequence_number = reversed.sequence_number
        and not reversed.is_reversal
inner join summed on reversed.write_key = summed.write_key
where reversals.is_reversal
