{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Web orders of which a box of ours has left: their tracking numbers, and the status that the shop is to have. An order is
-- completed once: who opens it again in the shop is not overruled.
with shipped as (

    select * from {{ ref("shipments") }}
    {{ where_changed("order_id", "int_notices_changed") }}

),

by_order as (

    select
        order_id,
        bool_or(is_last) as is_all_shipped,
        max(shipped_at) as last_shipped_at
    from shipped
    group by order_id
    having bool_or(system = 'counterflow')

),

in_shop as (

    select * from {{ ref("stg_woocommerce__orders") }}
    where order_id in (select by_order.order_id from by_order)

),

business as (

    select time_zone from {{ ref("stg_settings__business") }}

),

settings as (

    select complete_orders from {{ ref("stg_settings__shipping") }}

),

tracked as (

    select
        parcels.order_id,
        string_agg(
            parcels.tracking_number, ', ' order by shipped.shipped_at, parcels.shipment_id, parcels.parcel_number
        ) as tracking_numbers,
        jsonb_agg(
            jsonb_build_object(
                'tracking_number', parcels.tracking_number,
                'carrier', 'Canada Post',
                'link', {{ tracking_link("parcels.tracking_number", "'en'") }},
                'shipped_on_epoch', extract(epoch from date_trunc(
                    'day', shipped.shipped_at, coalesce(business.time_zone, 'UTC')
                ))::bigint
            )
            order by shipped.shipped_at, parcels.shipment_id, parcels.parcel_number
        ) as tracking
    from {{ ref("parcels") }} as parcels
    inner join shipped on parcels.shipment_id = shipped.shipment_id
    left join business on true
    where not parcels.is_voided and parcels.tracking_number is not null
    group by parcels.order_id

),

writes as (

    select * from {{ ref("int_notice_writes") }}
    where kind = 'order_status' and order_id in (select by_order.order_id from by_order)

),

told as (

    select
        order_id,
        bool_or(has_happened and payload ->> 'status' = 'completed') as is_completed_by_us,
        bool_or(is_open) as is_open,
        max(finished_at) filter (where is_told) as told_at,
        max(
            (
                select string_agg(item.entry ->> 'tracking_number', ', ' order by item.position)
                from jsonb_array_elements({{ json_list("payload -> 'tracking'") }}) with ordinality as item (entry, position)
            )
        ) filter (where is_told) as numbers_told
    from writes
    group by order_id

),

joined as (

    select
        by_order.*,
        in_shop.order_id_woocommerce,
        in_shop.order_number,
        case when in_shop.is_deleted then 'trash' else in_shop.status_woocommerce end as status_seen,
        in_shop.extracted_at as observed_at,
        tracked.tracking_numbers,
        coalesce(tracked.tracking, '[]'::jsonb) as tracking,
        -- What we wrote since the order was read is there.
        case when told.told_at > in_shop.extracted_at then told.numbers_told else in_shop.shop_tracking_numbers end
            as numbers_seen,
        coalesce(told.is_completed_by_us, false) as is_completed_by_us,
        coalesce(told.is_open, false) as is_open,
        coalesce(settings.complete_orders, false) as is_completed_when_shipped
    from by_order
    inner join in_shop on by_order.order_id = in_shop.order_id
    left join tracked on by_order.order_id = tracked.order_id
    left join told on by_order.order_id = told.order_id
    left join settings on true

),

wanted as (

    select
        *,
        status_seen in ('cancelled', 'refunded', 'failed', 'trash') as is_called_off,
        case
            when
                is_completed_when_shipped
                and is_all_shipped
                and not is_completed_by_us
                and status_seen not in (
                    'completed', 'pending', 'on-hold', 'checkout-draft', 'cancelled', 'refunded', 'failed', 'trash'
                )
                then 'completed'
        end as status_wanted
    from joined

)

select
    order_id,
    order_id_woocommerce,
    order_number,
    is_all_shipped,
    last_shipped_at,
    tracking_numbers,
    tracking,
    status_seen,
    status_wanted,
    is_completed_by_us,
    status_wanted is not null or coalesce(tracking_numbers is distinct from numbers_seen and tracking_numbers is not null, false)
        as is_due,
    is_open,
    case when is_called_off then 'needs_person' end as hold_class,
    case
        when is_called_off
            then 'the order is ' || status_seen || ' in the shop, though goods of it were shipped: put it right there'
    end as hold_reason,
    observed_at,
    {{ var("build_id") }}::bigint as build_id
from wanted
