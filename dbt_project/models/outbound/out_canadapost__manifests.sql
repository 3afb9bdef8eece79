{{ config(
    materialized="table",
    meta={"system": "canadapost", "thing": "manifest"},
    indexes=[{"columns": ["write_key"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Labels bought by contract that are not handed over yet, on one manifest, of shipments that have all their labels; and what was
-- sent of earlier ones and is not known.
with due as (

    select parcels.*
    from {{ ref("parcels") }} as parcels
    where
        parcels.label_state = 'confirmed' and parcels.is_contract and not parcels.is_on_manifest
        and parcels.order_id not in (
            select orders.order_id from {{ ref("orders") }} as orders where {{ is_called_off("orders") }}
        )
        and parcels.parcel_count <= (
            select count(*) from {{ ref("parcels") }} as others
            where others.shipment_id = parcels.shipment_id and others.label_state in ('confirmed', 'voided')
        )

),

-- The manifests of a day are numbered from 1.
days as (

    select
        due.parcel_id,
        (now() at time zone due.time_zone)::date as manifest_date
    from due

),

numbered as (

    select
        days.manifest_date,
        coalesce(max(manifests.manifest_number) filter (where manifests.is_done), 0) + 1 as manifest_number
    from (select distinct manifest_date from days) as days
    left join {{ ref("manifests") }} as manifests on days.manifest_date = manifests.manifest_date
    group by days.manifest_date

),

payloads as (

    select
        'manifest:' || numbered.manifest_date || ':' || numbered.manifest_number as write_key,
        jsonb_build_object(
            'parcels', jsonb_agg(due.parcel_id order by due.parcel_id),
            'labels', jsonb_agg(
                jsonb_build_object(
                    'parcel_id', due.parcel_id,
                    'shipment_id_canadapost', due.shipment_id_canadapost,
                    'group_id', due.request ->> 'group_id'
                )
                order by due.parcel_id
            ),
            'sender', min((due.request -> 'sender')::text)::jsonb
        ) as payload
    from due
    cross join numbered
    group by numbered.manifest_date, numbered.manifest_number

),

unioned as (

    select * from payloads
    union all
    select
        manifest_key as write_key,
        request as payload
    from {{ ref("manifests") }}
    where is_done and not is_transmitted

)

select
    write_key,
    'posting' as write_kind,
    jsonb_array_length(payload -> 'parcels') as parcel_count,
    payload,
    md5(payload::text) as payload_hash,
    null::text as hold_class,
    null::text as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from unioned
