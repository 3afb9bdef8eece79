{{ config(
    unique_key="order_id",
    meta={"changed": "int_order_search_changed"},
    indexes=[
        {"columns": ["order_search_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["term text_pattern_ops"]},
        {"columns": ["build_id"]},
    ],
) }}

with orders as (

    select
        order_id,
        order_number,
        customer_id,
        customer_name
    from {{ ref("orders") }}
    {{ where_changed("order_id", "int_order_search_changed") }}

),

customers as (

    select
        orders.order_id,
        customers.customer_name,
        customers.email,
        customers.phone
    from orders
    inner join {{ ref("customers") }} as customers on orders.customer_id = customers.customer_id

),

contacts as (

    select * from {{ ref("order_contacts") }}
    {{ where_changed("order_id", "int_order_search_changed") }}

),

parcels as (

    select * from {{ ref("parcels") }}
    {{ where_changed("order_id", "int_order_search_changed") }}

),

-- What was sent from the shop itself has its numbers there, several with a comma between.
shop_orders as (

    select
        order_id,
        shop_tracking_numbers
    from {{ ref("stg_woocommerce__orders") }}
    {{ where_changed("order_id", "int_order_search_changed") }}

),

names as (

    select
        order_id,
        customer_name
    from orders
    union
    select
        order_id,
        customer_name
    from customers
    union
    select
        contacts.order_id,
        named.customer_name
    from contacts
    cross join lateral (
        values
        (contacts.billing_name), (contacts.billing_company), (contacts.delivery_name), (contacts.delivery_company)
    ) as named (customer_name)

),

-- A name is found from each of its first eight words on.
words as (

    select
        names.order_id,
        regexp_replace(btrim(names.customer_name), '^(\S+\s+){' || place.words_before || '}', '') as said
    from names
    cross join lateral generate_series(
        0, least(regexp_count(btrim(names.customer_name), '\s+'), 7)
    ) as place (words_before)

),

texts as (

    select
        order_id,
        'number' as kind,
        order_number as said
    from orders
    union all
    select
        order_id,
        'mail' as kind,
        email as said
    from customers
    union all
    select
        order_id,
        'phone' as kind,
        right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) as said
    from customers
    union all
    select
        order_id,
        'mail' as kind,
        email as said
    from contacts
    union all
    select
        order_id,
        'phone' as kind,
        right(regexp_replace(phone, '[^0-9]', '', 'g'), 10) as said
    from contacts
    union all
    select
        order_id,
        'postal_code' as kind,
        billing_postal_code as said
    from contacts
    union all
    select
        order_id,
        'postal_code' as kind,
        delivery_postal_code as said
    from contacts
    union all
    select
        order_id,
        'tracking_number' as kind,
        tracking_number as said
    from parcels
    union all
    select
        order_id,
        'tracking_number' as kind,
        return_tracking_number as said
    from parcels
    union all
    select
        order_id,
        'tracking_number' as kind,
        regexp_split_to_table(shop_tracking_numbers, '[,;[:space:]]+') as said
    from shop_orders
    union all
    select
        order_id,
        'name' as kind,
        said
    from words
    union all
    -- and as lists have it: 'Tremblay, Marie'
    select
        order_id,
        'name' as kind,
        regexp_replace(btrim(customer_name), '^(.*)\s+(\S+)$', '\2 \1') as said
    from names

),

terms as (

    select distinct
        order_id,
        kind,
        {{ search_term("said") }} as term
    from texts

)

select
    md5(concat_ws('|', kind, term, order_id)) as order_search_id,
    order_id,
    kind,
    term,
    {{ var("build_id") }}::bigint as build_id
from terms
where term <> ''
