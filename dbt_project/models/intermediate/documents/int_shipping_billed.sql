{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["owner_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Shipping that the shop did not ask for: an order with goods to send that has no shipping line at all, not even a free one, and
-- is not picked up. The invoice asks for the carrier's price of what is planned for it, with the taxes that the order bears.
with heads as (

    select * from {{ ref("int_document_heads") }}
    {{ where_changed("owner_id", "int_documents_changed") }}
    and is_wanted
    and not has_shipping_line
    and not is_pickup

),

fulfilments as (

    select * from {{ ref("order_fulfilments") }}
    where order_id in (select heads.order_id from heads) and state <> 'cancelled'

),

labels as (

    select coalesce(max(direction) filter (where flow = 'shipping_labels'), 'off') <> 'off' as are_bought
    from {{ ref("stg_settings__flows") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

-- In the order's currency.
quoted as (

    select
        quotes.order_id,
        {{ money("sum(quotes.amount) / min(heads.exchange_rate)") }} as amount,
        min(quotes.service_name) as service_name,
        min(quotes.service_code) as service_code,
        bool_or(quotes.is_estimate) as is_estimate
    from {{ ref("shipping_quotes") }} as quotes
    inner join heads on quotes.order_id = heads.order_id
    where quotes.quote_part = 'shipment' and quotes.amount is not null and heads.exchange_rate is not null
    group by quotes.order_id

),

order_taxes as (

    select
        order_taxes.order_id,
        order_taxes.tax,
        order_taxes.province,
        max(order_taxes.tax_rate) as tax_rate,
        bool_or(order_taxes.tax = 'HST') over (partition by order_taxes.order_id) as has_hst
    from {{ ref("order_taxes") }} as order_taxes
    where
        order_taxes.order_id in (select heads.order_id from heads)
        and order_taxes.tax_amount <> 0
        -- Manitoba does not tax delivery (check)
        and order_taxes.tax <> 'RST'
    group by order_taxes.order_id, order_taxes.tax, order_taxes.province

),

-- Delivery follows the goods: the highest of the rates, so HST where some goods bear only its federal part.
taxes as (

    select
        quoted.order_id,
        sum({{ money("quoted.amount * order_taxes.tax_rate") }}) as tax_amount,
        jsonb_agg(
            jsonb_build_object(
                'tax', order_taxes.tax,
                'province', order_taxes.province,
                'rate', {{ number_text("order_taxes.tax_rate") }},
                'taxable_amount', {{ money_text("quoted.amount") }},
                'amount', {{ money_text(money("quoted.amount * order_taxes.tax_rate")) }},
                'number', {{ registration_number("order_taxes.tax", "order_taxes.province", "heads.order_date", "business") }}
            )
            order by array_position(array['GST', 'HST', 'QST', 'PST'], order_taxes.tax), order_taxes.province
        ) as taxes
    from quoted
    inner join heads on quoted.order_id = heads.order_id
    inner join order_taxes on quoted.order_id = order_taxes.order_id
    left join business on true
    where order_taxes.tax_rate is not null and not (order_taxes.has_hst and order_taxes.tax = 'GST')
    group by quoted.order_id

)

select
    heads.owner_id,
    heads.order_id,
    quoted.amount + coalesce(taxes.tax_amount, 0) as total_amount,
    case
        when quoted.amount > 0
            then jsonb_build_object(
                'service_code', quoted.service_code,
                'service_name', quoted.service_name,
                'is_estimate', quoted.is_estimate,
                'amount', {{ money_text("quoted.amount") }},
                'taxes', coalesce(taxes.taxes, '[]'::jsonb),
                'total_amount', {{ money_text("quoted.amount + coalesce(taxes.tax_amount, 0)") }}
            )
    end as billed,
    -- nor is an estimate billed: the label waits for the carrier's answer, and the invoice with it
    coalesce(quoted.is_estimate, true) and labels.are_bought and fulfilments.state not in ('shipped', 'held') as is_waiting,
    {{ var("build_id") }}::bigint as build_id
from heads
inner join fulfilments on heads.order_id = fulfilments.order_id
cross join labels
left join quoted on heads.order_id = quoted.order_id
left join taxes on heads.order_id = taxes.order_id
