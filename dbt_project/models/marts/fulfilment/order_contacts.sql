{{ config(
    unique_key="order_id",
    meta={"changed": "int_order_contacts_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Whom a web order is for, in which language, and where it goes.
with orders as (

    select * from {{ ref("stg_woocommerce__orders") }}
    {{ where_changed("order_id", "int_order_contacts_changed") }}

),

shipping_lines as (

    select
        order_id,
        bool_or(method_id in ('local_pickup', 'pickup_location')) as is_pickup,
        (array_agg(method_title order by line_number) filter (where method_title is not null))[1] as method_title
    from {{ ref("stg_woocommerce__order_shipping_lines") }}
    where order_id in (select orders.order_id from orders) and not is_deleted
    group by order_id

),

partners as (

    select
        sold.order_id,
        lower(left(partners.language, 2)) as language
    from {{ ref("orders") }} as sold
    inner join {{ ref("customers") }} as customers on sold.customer_id = customers.customer_id
    inner join {{ ref("stg_odoo__res_partner") }} as partners on customers.partner_id_odoo = partners.partner_id
    where sold.order_id in (select orders.order_id from orders) and not partners.is_deleted

),

spoken as (

    select
        orders.*,
        shipping_lines.order_id is not null as has_shipping_line,
        shipping_lines.method_title,
        coalesce(shipping_lines.is_pickup, false) as is_pickup,
        case
            when orders.language in ('en', 'fr') then orders.language
            when partners.language in ('en', 'fr') then partners.language
            when orders.delivery_province = 'QC' and orders.delivery_country = 'CA' then 'fr'
            else 'en'
        end as spoken_language
    from orders
    left join shipping_lines on orders.order_id = shipping_lines.order_id
    left join partners on orders.order_id = partners.order_id

)

select
    order_id,
    order_number,
    spoken_language as language,
    email,
    coalesce(delivery_phone, billing_phone) as phone,
    customer_name as billing_name,
    billing_company,
    billing_street,
    billing_street_2,
    billing_city,
    billing_province,
    billing_postal_code,
    billing_country,
    coalesce(delivery_name, customer_name) as delivery_name,
    delivery_company,
    delivery_street,
    delivery_street_2,
    delivery_city,
    upper(delivery_province) as delivery_province,
    delivery_postal_code,
    upper(delivery_country) as delivery_country,
    is_pickup,
    has_shipping_line,
    method_title as shipping_method,
    case when is_pickup then array[]::text[] else {{ address_problems("spoken") }} end as address_problems,
    {{ var("build_id") }}::bigint as build_id
from spoken
