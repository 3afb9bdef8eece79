{{ config(
    unique_key="tracking_number",
    indexes=[{"columns": ["tracking_number"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Where each parcel is by its newest event, when it was first scanned and when it was delivered.
with tracking as (

    select * from {{ ref("stg_canadapost__tracking") }}
    {% if is_incremental() %}where {{ is_new() }}{% endif %}

),

events as (

    select
        tracking.tracking_number,
        item.place,
        {{ event_at("item.event") }} as event_at,
        item.event ->> 'eventDescription' as description,
        coalesce(
            codes.tracking_status,
            case
                when item.event ->> 'eventDescription' ilike '%returned to sender%' then 'returned'
                when item.event ->> 'eventDescription' ~* '\m(delivered|livré)\M' then 'delivered'
                when item.event ->> 'eventDescription' ilike '%out for delivery%' then 'out_for_delivery'
                when item.event ->> 'eventDescription' ~* '\m(notice card|attempted|delay|misrouted|damaged)' then 'problem'
                when item.event ->> 'eventDescription' ilike '%electronic information submitted%' then 'label'
                else 'in_transit'
            end
        ) as tracking_status
    from tracking
    cross join lateral jsonb_array_elements(tracking.events) with ordinality as item (event, place)
    left join {{ ref("tracking_events") }} as codes
        on item.event ->> 'eventIdentifier' = codes.event_code

),

-- A signature that is recorded after the delivery does not undo it, nor does news that comes late.
newest as (

    select distinct on (tracking_number)
        tracking_number,
        tracking_status,
        event_at,
        description
    from events
    order by tracking_number, tracking_status in ('delivered', 'returned') desc, event_at desc nulls last, place

),

times as (

    select
        tracking_number,
        min(event_at) filter (where tracking_status <> 'label') as first_scanned_at,
        min(event_at) filter (where tracking_status = 'delivered') as delivered_at
    from events
    group by tracking_number

)

select
    tracking.tracking_number,
    coalesce(newest.tracking_status, 'label') as tracking_status,
    newest.event_at as tracking_at,
    newest.description as tracking_text,
    times.first_scanned_at,
    times.delivered_at,
    coalesce(tracking.changed_expected_date, tracking.first_expected_date) as expected_delivery_date,
    {{ var("build_id") }}::bigint as build_id
from tracking
left join newest on tracking.tracking_number = newest.tracking_number
left join times on tracking.tracking_number = times.tracking_number
