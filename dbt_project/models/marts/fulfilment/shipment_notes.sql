{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed"},
    indexes=[
        {"columns": ["shipment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Boxes of ours that have left, and the note about each on the shop's order: private and in English, or for the customer and in
-- the customer's language.
with shipped as (

    select * from {{ ref("shipments") }}
    {{ where_changed("order_id", "int_notices_changed") }}
    and system = 'counterflow'

),

settings as (

    select customer_notes from {{ ref("stg_settings__shipping") }}

),

contacts as (

    select
        contacts.order_id,
        contacts.is_pickup,
        coalesce(settings.customer_notes, false) as is_for_customer,
        case when settings.customer_notes then contacts.language else 'en' end as language
    from {{ ref("order_contacts") }} as contacts
    left join settings on true
    where contacts.order_id in (select shipped.order_id from shipped)

),

listings as (

    select
        lines.shipment_id,
        string_agg(
            lines.quantity || ' x ' || concat_ws(' ', order_lines.description, '(' || order_lines.sku || ')'),
            e'\n' order by order_lines.line_number, lines.order_line_id
        ) as listing
    from {{ ref("shipment_lines") }} as lines
    inner join {{ ref("order_lines") }} as order_lines on lines.order_line_id = order_lines.order_line_id
    where lines.order_id in (select shipped.order_id from shipped)
    group by lines.shipment_id

),

tracked as (

    select
        parcels.shipment_id,
        min(parcels.service_name) as service_name,
        array_agg(parcels.tracking_number order by parcels.parcel_number) as tracking_numbers,
        string_agg(
            parcels.tracking_number || ': ' || {{ tracking_link("parcels.tracking_number", "contacts.language") }},
            e'\n' order by parcels.parcel_number
        ) as links
    from {{ ref("parcels") }} as parcels
    inner join contacts on parcels.order_id = contacts.order_id
    where not parcels.is_voided and parcels.tracking_number is not null
    group by parcels.shipment_id

),

told as (

    select * from {{ ref("int_notice_writes") }}
    where kind = 'order_note' and is_current and order_id in (select shipped.order_id from shipped)

),

joined as (

    select
        shipped.*,
        orders.order_number,
        contacts.is_for_customer,
        contacts.language,
        contacts.is_pickup,
        listings.listing,
        tracked.service_name,
        tracked.tracking_numbers,
        tracked.links,
        '[' || shipped.shipment_id || ']' as marker,
        told.payload as payload_sent,
        told.is_told,
        told.is_unknown,
        told.finished_at
    from shipped
    inner join {{ ref("orders") }} as orders on shipped.order_id = orders.order_id
    inner join contacts on shipped.order_id = contacts.order_id
    inner join listings on shipped.shipment_id = listings.shipment_id
    left join tracked on shipped.shipment_id = tracked.shipment_id
    left join told on shipped.shipment_id = told.write_key

)

select
    shipment_id,
    order_id,
    order_id_woocommerce,
    order_number,
    shipped_at,
    is_last,
    service_name,
    coalesce(tracking_numbers, '{}') as tracking_numbers,
    is_for_customer,
    marker,
    concat_ws(
        e'\n',
        case
            when links is not null and language = 'fr'
                then concat_ws(' ', 'Expédié par Postes Canada', '(' || service_name || ')') || ', numéro de suivi'
            when links is not null
                then concat_ws(' ', 'Shipped with Canada Post', '(' || service_name || ')') || ', tracking number'
            when is_pickup and language = 'fr' then 'Remis au client'
            when is_pickup then 'Handed to the customer'
            when language = 'fr' then 'Expédié'
            else 'Shipped'
        end || coalesce(e'\n' || links, ''),
        listing,
        case when is_last then null when language = 'fr' then 'Le reste suivra.' else 'The rest follows.' end,
        marker
    ) as note,
    case when is_told then 'told' when is_unknown then 'unknown' else 'due' end as state,
    case when is_told then finished_at end as told_at,
    case when is_told or is_unknown then payload_sent end as payload_sent,
    {{ var("build_id") }}::bigint as build_id
from joined
