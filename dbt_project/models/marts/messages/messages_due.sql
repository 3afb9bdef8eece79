{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed"},
    indexes=[
        {"columns": ["message_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Mails that are to go out, and those of which it is not known whether they did. Nobody is written to about an order from before
-- the settings' first day: a first run over a history mails nothing.
with composed as (

    select * from {{ ref("int_messages_of_documents") }}
    {{ where_changed("order_id", "int_messages_changed") }}

    union all

    select * from {{ ref("int_messages_of_promises") }}
    {{ where_changed("order_id", "int_messages_changed") }}

    union all

    select * from {{ ref("int_messages_of_shipments") }}
    {{ where_changed("order_id", "int_messages_changed") }}

),

written as (

    select * from {{ ref("int_messages_written") }}
    {{ where_changed("order_id", "int_messages_changed") }}
    and is_told

),

settings as (

    select
        mail.sender,
        mail.start_date,
        case when coalesce(flows.direction, 'off') <> 'off' then portal.link_days end as link_days,
        jsonb_build_object(
            'name', coalesce(mail.sender_name, business.business_name),
            'address', mail.sender,
            'reply_to', mail.reply_to
        ) as sender_fields,
        jsonb_build_object(
            'name', business.business_name,
            'legal_name', business.legal_name,
            'street', business.street,
            'city', business.city,
            'province', business.province,
            'postal_code', business.postal_code,
            'time_zone', business.time_zone
        ) as shop_fields
    from {{ ref("stg_settings__mail") }} as mail
    cross join {{ ref("stg_settings__business") }} as business
    left join {{ ref("stg_settings__portal") }} as portal on true
    left join {{ ref("stg_settings__flows") }} as flows on flows.flow = 'customer_choice'

),

fresh as (

    select
        composed.message_key,
        composed.kind,
        composed.order_id,
        orders.order_number,
        contacts.language,
        contacts.email,
        orders.is_quarantined,
        composed.told || jsonb_build_object(
            'kind', composed.kind,
            'language', contacts.language,
            'message_id', '<' || replace(composed.message_key, ':', '.') || '@' || split_part(settings.sender, '@', 2) || '>',
            'order_id', composed.order_id,
            'order_number', orders.order_number,
            'link_expires_at',
            to_char(
                greatest(composed.known_on, orders.order_date) + settings.link_days, 'YYYY-MM-DD"T00:00:00+00:00"'
            ),
            'sender', settings.sender_fields,
            'shop', settings.shop_fields,
            'recipient', jsonb_build_object('name', contacts.billing_name, 'address', coalesce(contacts.email, '')),
            'documents', coalesce(composed.told -> 'documents', '[]'::jsonb)
        ) as payload
    from composed
    inner join {{ ref("orders") }} as orders on composed.order_id = orders.order_id
    inner join {{ ref("order_contacts") }} as contacts on composed.order_id = contacts.order_id
    inner join settings on orders.order_date >= settings.start_date
    where composed.message_key not in (select written.message_key from written)

),

unioned as (

    select
        message_key,
        kind,
        order_id,
        order_number,
        language,
        false as is_in_doubt,
        payload,
        md5(payload::text) as payload_hash,
        case
            when is_quarantined then 'the order is in quarantine'
            when coalesce(email, '') = '' then 'the order has no e-mail address: add one in the shop, or waive the mail'
        end as hold_reason
    from fresh

    union all

    -- as it was sent: it stands until a person has found out
    select
        message_key,
        kind,
        order_id,
        payload ->> 'order_number' as order_number,
        payload ->> 'language' as language,
        true as is_in_doubt,
        payload,
        payload_hash,
        null as hold_reason
    from written
    where is_in_doubt

)

select
    message_key,
    kind,
    order_id,
    order_number,
    language,
    is_in_doubt,
    payload,
    payload_hash,
    case when hold_reason is not null then 'needs_person' end as hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from unioned
