{{ config(materialized="view") }}

-- Parcels to ask Canada Post about, the most urgent the oftenest: those out for delivery or late, then those on their way, then
-- those whose label nobody has scanned yet.
with open_parcels as (

    select
        tracking_number,
        parcel_id,
        order_id,
        tracking_status,
        expected_delivery_date,
        bought_at
    from {{ ref("parcels") }}
    where
        label_state = 'confirmed' and tracking_number <> ''
        and tracking_status not in ('delivered', 'returned')
        and (is_transmitted or not is_contract)
        and bought_at > now() - interval '90 days'

)

select
    tracking_number,
    parcel_id,
    order_id,
    case
        when tracking_status in ('out_for_delivery', 'problem') then 1
        when expected_delivery_date <= current_date and tracking_status <> 'label' then 1
        when tracking_status = 'in_transit' then 4
        else 6
    end as every_hours,
    {{ var("build_id") }}::bigint as build_id
from open_parcels
