{{ config(
    unique_key="owner_id",
    meta={"changed": "int_documents_changed"},
    indexes=[
        {"columns": ["owner_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- What every document of a web order says, and whether the order gets documents at all: from the day of the settings on, and not
-- while it is in quarantine.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_documents_changed", "owner_id") }}
    and channel = 'web'

),

contacts as (

    select * from {{ ref("order_contacts") }}
    where order_id in (select orders.order_id from orders)

)

select
    orders.order_id as owner_id,
    orders.order_id,
    orders.order_number,
    orders.currency,
    orders.exchange_rate,
    orders.order_date,
    contacts.language,
    contacts.is_pickup,
    contacts.has_shipping_line,
    jsonb_build_object(
        'language', contacts.language,
        'time_zone', business.time_zone,
        'seller', {{ seller_json("business") }},
        'order', jsonb_build_object(
            'order_id', orders.order_id,
            'order_number', orders.order_number,
            'order_date', orders.order_date
        )
    ) as head,
    {{ address_json("contacts", "billing") }} as billing,
    {{ address_json("contacts", "delivery") }} as delivery,
    contacts.delivery_country,
    contacts.phone,
    orders.customer_note,
    coalesce(
        not orders.is_deleted
        and not orders.is_quarantined
        and coalesce(orders.paid_date, orders.order_date) >= documents.start_date,
        false
    ) as is_wanted,
    coalesce(orders.paid_date, orders.order_date) < documents.start_date as is_before_start,
    {{ var("build_id") }}::bigint as build_id
from orders
inner join contacts on orders.order_id = contacts.order_id
inner join {{ ref("stg_settings__business") }} as business on true
left join {{ ref("stg_settings__documents") }} as documents on true
