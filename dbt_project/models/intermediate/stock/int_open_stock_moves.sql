-- depends_on: {{ ref("stg_odoo__stock_move") }}
{{ config(
    unique_key="record_key",
    meta={"changed": "stg_odoo__stock_move"},
    indexes=[
        {"columns": ["record_key"], "unique": true},
        {"columns": ["picking_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Moves of goods that Odoo has not done yet, and how much of each it has set aside. Only open ones are kept.
select
    record_key,
    stock_move_id,
    product_id_odoo,
    picking_id,
    demanded_quantity,
    -- Of a move that is not done, what was set aside for it.
    coalesce(moved_quantity, 0) as reserved_quantity,
    created_at,
    {{ var("build_id") }}::bigint as build_id
from {{ ref("stg_odoo__stock_move") }}
where
    not is_deleted
    and state in ('waiting', 'confirmed', 'partially_available', 'assigned')
    and picking_id is not null
    {% if is_incremental() %}and {{ is_new() }}{% endif %}
