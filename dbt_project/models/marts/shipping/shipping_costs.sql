{{ config(
    unique_key="order_id",
    meta={"changed": "int_shipping_costs_changed"},
    indexes=[
        {"columns": ["parcel_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What sending a parcel was to cost, what the customer was charged for it (by the shop, else by our invoice), what the label cost
-- and what the carrier billed. All before tax, in the business's currency. What was charged for an order is shared out over its
-- parcels by what their labels cost, to the cent.
with parcels as (

    select * from {{ ref("parcels") }}
    {{ where_changed("order_id", "int_shipping_costs_changed") }}
    and label_state in ('confirmed', 'voided') and amount is not null

),

invoices as (

    select
        owner_id as order_id,
        sum({{ as_numeric("payload #>> '{shipping_billed,amount}'") }}) as shipping_amount
    from {{ ref("int_documents_written") }}
    where kind = 'invoice' and document_number is not null and owner_id in (select parcels.order_id from parcels)
    group by owner_id

),

orders as (

    select
        orders.order_id,
        {{ money("(orders.shipping_amount + coalesce(invoices.shipping_amount, 0)) * orders.exchange_rate") }} as shipping_amount
    from {{ ref("orders") }} as orders
    left join invoices on orders.order_id = invoices.order_id
    where orders.order_id in (select parcels.order_id from parcels)

),

bills as (

    select
        tracking_number,
        sum(amount) as billed_amount
    from {{ ref("stg_files__postage") }}
    where not is_deleted and tracking_number in (select parcels.tracking_number from parcels)
    group by tracking_number

),

running as (

    select
        parcels.*,
        orders.shipping_amount,
        sum(parcels.amount) filter (where not parcels.is_voided) over (partition by parcels.order_id) as all_amount,
        sum(parcels.amount) filter (where not parcels.is_voided) over (
            partition by parcels.order_id order by parcels.parcel_id rows unbounded preceding
        ) as amount_until
    from parcels
    left join orders on parcels.order_id = orders.order_id

)

select
    running.parcel_id,
    running.shipment_id,
    running.order_id,
    running.order_number,
    running.tracking_number,
    running.service_code,
    running.service_name,
    running.delivery_country,
    running.delivery_province,
    running.box,
    running.weight_g,
    running.is_voided,
    running.quoted_amount,
    case
        when running.is_voided or running.all_amount = 0 then 0
        else
            {{ money("running.shipping_amount * running.amount_until / running.all_amount") }}
            - {{ money("running.shipping_amount * (running.amount_until - running.amount) / running.all_amount") }}
    end as charged_amount,
    case when running.is_voided then 0 else running.amount end as label_amount,
    bills.billed_amount,
    case when not running.is_voided then running.amount - running.quoted_amount end as label_over_quote_amount,
    bills.billed_amount - case when running.is_voided then 0 else running.amount end as bill_over_label_amount,
    {{ var("build_id") }}::bigint as build_id
from running
left join bills on running.tracking_number = bills.tracking_number
