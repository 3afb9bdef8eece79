{{ config(materialized="table", indexes=[{"columns": ["quote_key"], "unique": true}]) }}

-- What Canada Post is asked: the goods of each box that is planned, the boxes on the shelf, where from and where to, and the
-- rule by which the service is chosen. Nothing in it says who the customer is.
with requests as (

    select * from {{ ref("quote_requests") }}

),

contacts as (

    select * from {{ ref("order_contacts") }}
    where order_id in (select requests.order_id from requests)

),

shipping as (

    select * from {{ ref("stg_settings__shipping") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

shelf as (

    select
        jsonb_agg(
            jsonb_build_object(
                'box', box,
                'length_mm', length_mm,
                'width_mm', width_mm,
                'height_mm', height_mm,
                'weight_g', weight_g,
                'max_weight_g', max_weight_g
            )
            order by box
        ) as boxes
    from {{ ref("stg_settings__boxes") }}

),

-- The service that the customer paid, of those that go there.
paid_services as (

    select distinct on (contacts.order_id)
        contacts.order_id,
        services.service_code
    from contacts
    inner join {{ ref("stg_settings__shipping_services") }} as services
        on lower(btrim(contacts.shipping_method)) = lower(btrim(services.method))
    where
        split_part(services.service_code, '.', 1)
        = case contacts.delivery_country when 'CA' then 'DOM' when 'US' then 'USA' else 'INT' end
    order by contacts.order_id, services.service_code

),

payloads as (

    select
        requests.quote_key,
        requests.order_id,
        requests.shipment_id,
        requests.quote_part,
        case
            when cardinality(contacts.address_problems) > 0 then array_to_string(contacts.address_problems, '; ')
            when shelf.boxes is null then 'there is no box: see [[boxes]] in the settings'
        end as hold_reason,
        jsonb_build_object(
            'origin', upper(replace(business.postal_code, ' ', '')),
            'is_contract', shipping.account = 'contract',
            'sender', jsonb_build_object(
                'name', business.business_name,
                'company', business.legal_name,
                'street', business.street,
                'city', business.city,
                'province', business.province,
                'postal_code', business.postal_code,
                'country', business.country,
                'phone', shipping.phone
            ),
            'destination', jsonb_build_object(
                'country', contacts.delivery_country,
                'postal_code', contacts.delivery_postal_code
            ),
            'goods', goods.list,
            'boxes', shelf.boxes,
            'rule', jsonb_build_object(
                'service', case when shipping.rule = 'as_paid' then paid_services.service_code end,
                'max_days', shipping.max_days,
                -- Priority does not go to a post office box
                'not', case when {{ is_post_office_box("contacts") }} then '["DOM.PC"]' else '[]' end::jsonb
            )
        ) as request
    from requests
    inner join contacts on requests.order_id = contacts.order_id
    cross join shipping
    cross join business
    cross join shelf
    left join paid_services on requests.order_id = paid_services.order_id
    cross join lateral (
        select
            jsonb_agg(
                jsonb_build_object(
                    'order_line_id', item.line ->> 'order_line_id',
                    'sku', coalesce(item.line ->> 'sku', ''),
                    'quantity', ceil((item.line ->> 'quantity')::numeric)::integer,
                    'weight_g', ceil((item.line ->> 'unit_weight_g')::numeric)::integer,
                    'length_mm', greatest(ceil((item.line ->> 'length_mm')::numeric)::integer, 1),
                    'width_mm', greatest(ceil((item.line ->> 'width_mm')::numeric)::integer, 1),
                    'height_mm', greatest(ceil((item.line ->> 'height_mm')::numeric)::integer, 1)
                )
                order by item.line ->> 'order_line_id'
            ) as list
        from jsonb_array_elements(requests.lines) as item (line)
    ) as goods

)

select
    quote_key,
    order_id,
    shipment_id,
    quote_part,
    hold_reason,
    request,
    md5(request::text) as request_hash,
    {{ var("build_id") }}::bigint as build_id
from payloads
