{{ config(materialized="view") }}

-- Boxes that are still to be packed, as far as the carrier tells: planned ones, those whose label was bought, and those that were
-- put on a manifest in the night and are not scanned yet. Without a scan for three days one is taken to have left.
select
    shipment_id,
    order_id
from {{ ref("planned_shipments") }}
where is_in_shop and coalesce(shipped_at > now() - interval '3 days', true)
