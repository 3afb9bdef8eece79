{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["shipment_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["shipment_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Shipments of ours that may not change any more: a label was bought for them, or, where none is needed, the slip was printed.
-- Their lines are those of that write. One whose labels were all voided is undone.
with done as (

    select * from {{ ref("int_fulfilment_writes") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and is_done

),

parcels as (

    select
        labels.shipment_id,
        labels.parcel_id,
        max(({{ as_numeric("labels.payload #>> '{parcel,count}'") }})::integer) as parcel_count,
        bool_or(voids.is_confirmed) is true as is_voided,
        least(min(manifests.finished_at), min(tracked.first_scanned_at)) as handed_over_at,
        min(tracked.first_scanned_at) as first_scanned_at
    from done as labels
    left join done as voids on labels.parcel_id = voids.parcel_id and voids.kind = 'void'
    left join done as manifests
        on labels.parcel_id = manifests.parcel_id and manifests.kind = 'manifest' and manifests.is_confirmed
    left join {{ ref("int_parcels_tracked") }} as tracked on labels.tracking_number = tracked.tracking_number
    where labels.kind = 'label'
    group by labels.shipment_id, labels.parcel_id

),

-- The carrier has a shipment when it has all its parcels, also those whose labels are not bought yet.
by_shipment as (

    select
        shipment_id,
        bool_and(is_voided) as is_voided,
        case
            when
                bool_and(handed_over_at is not null) filter (where not is_voided)
                and count(*) >= coalesce(max(parcel_count), 1)
                then max(handed_over_at) filter (where not is_voided)
        end as handed_over_at,
        max(first_scanned_at) as first_scanned_at
    from parcels
    group by shipment_id

),

-- The first label, else the slip, speaks for the shipment. A slip beside a label says nothing more.
first_writes as (

    select distinct on (shipment_id)
        shipment_id,
        order_id,
        kind,
        payload,
        done_at
    from done
    where kind in ('label', 'packing_slip')
    order by shipment_id, kind = 'label' desc, write_id

)

select
    first_writes.shipment_id || ':' || line.order_line_id as shipment_line_id,
    first_writes.shipment_id,
    first_writes.order_id,
    coalesce(substring(first_writes.shipment_id from ':([0-9]+)$')::integer, 1) as shipment_number,
    first_writes.kind = 'label' as has_label,
    line.order_line_id,
    line.quantity,
    line.entry as line_as_sent,
    first_writes.payload as shipment_as_sent,
    first_writes.done_at as committed_at,
    by_shipment.handed_over_at,
    by_shipment.first_scanned_at,
    coalesce(by_shipment.is_voided, false) as is_voided,
    {{ var("build_id") }}::bigint as build_id
from first_writes
left join by_shipment on first_writes.shipment_id = by_shipment.shipment_id
cross join lateral (
    select
        item.entry ->> 'order_line_id' as order_line_id,
        sum({{ as_numeric("item.entry ->> 'quantity'") }}) as quantity,
        min(item.entry::text)::jsonb as entry
    from jsonb_array_elements({{ json_list("first_writes.payload -> 'lines'") }}) as item (entry)
    where item.entry ->> 'order_line_id' is not null
    group by item.entry ->> 'order_line_id'
) as line
where line.quantity > 0
