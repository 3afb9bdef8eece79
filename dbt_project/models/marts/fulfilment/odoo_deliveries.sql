{{ config(
    unique_key="order_id",
    meta={"changed": "int_notices_changed"},
    indexes=[
        {"columns": ["shipment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Boxes of ours that have left, and the delivery of each in Odoo, where staff typed the order in there: to be done, done by us,
-- or done by hand. Odoo has done what its pickings moved; of each box the part beyond that is due.
with changed as (

    select * from {{ ref("shipments") }}
    {{ where_changed("order_id", "int_notices_changed") }}

),

shipped as (

    select * from changed
    where order_id in (select boxes.order_id from changed as boxes where boxes.system = 'counterflow')

),

linked as (

    select
        linked.order_id,
        linked.order_id_odoo,
        sale_orders.order_number as order_number_odoo,
        sale_orders.state
    from {{ ref("int_orders_linked") }} as linked
    inner join {{ ref("stg_odoo__sale_order") }} as sale_orders on linked.order_id_odoo = sale_orders.order_id_odoo
    where linked.order_id in (select shipped.order_id from shipped)

),

pickings as (

    select
        linked.order_id,
        pickings.picking_id
    from linked
    inner join {{ ref("stg_odoo__stock_picking") }} as pickings on linked.order_id_odoo = pickings.sale_order_id_odoo
    where pickings.state = 'done' and pickings.picking_type = 'outgoing' and not pickings.is_deleted

),

known as (

    select
        order_id,
        array_agg(picking_id order by picking_id) as picking_ids
    from pickings
    group by order_id

),

moved as (

    select
        pickings.order_id,
        moves.product_id_odoo,
        sum(moves.moved_quantity) as quantity
    from pickings
    inner join {{ ref("stg_odoo__stock_move") }} as moves on pickings.picking_id = moves.picking_id
    where moves.state = 'done' and not moves.is_deleted
    group by pickings.order_id, moves.product_id_odoo

),

-- Services are in no picking.
lines as (

    select
        lines.order_id,
        lines.shipment_id,
        shipped.system,
        shipped.shipped_at,
        lines.product_id_odoo,
        sum(lines.quantity) as quantity
    from {{ ref("shipment_lines") }} as lines
    inner join shipped on lines.shipment_id = shipped.shipment_id
    left join {{ ref("products") }} as products on lines.product_id = products.product_id
    where coalesce(products.is_shipped, true) and shipped.system <> 'woocommerce'
    group by lines.order_id, lines.shipment_id, shipped.system, shipped.shipped_at, lines.product_id_odoo

),

lines_in_turn as (

    select
        *,
        sum(quantity) over (partition by order_id, product_id_odoo order by shipped_at, shipment_id) as quantity_to_here
    from lines

),

due_lines as (

    select
        lines.shipment_id,
        lines.product_id_odoo,
        trim_scale(
            least(lines.quantity, greatest(lines.quantity_to_here - coalesce(moved.quantity, 0), 0))
        ) as quantity
    from lines_in_turn as lines
    left join moved on lines.order_id = moved.order_id and lines.product_id_odoo = moved.product_id_odoo
    where lines.system = 'counterflow'

),

due as (

    select
        shipment_id,
        bool_or(product_id_odoo is null) as has_unmapped,
        coalesce(
            jsonb_agg(
                jsonb_build_object('product_id', product_id_odoo, 'quantity', quantity) order by product_id_odoo
            ) filter (where quantity > 0),
            '[]'::jsonb
        ) as lines
    from due_lines
    group by shipment_id

),

tracked as (

    select
        shipment_id,
        min(service_name) as service_name,
        string_agg(tracking_number, ',' order by parcel_number) as tracking_reference
    from {{ ref("parcels") }}
    where not is_voided and tracking_number is not null and order_id in (select shipped.order_id from shipped)
    group by shipment_id

),

told as (

    select * from {{ ref("int_notice_writes") }}
    where kind = 'delivery' and is_current and order_id in (select shipped.order_id from shipped)

),

joined as (

    select
        shipped.shipment_id,
        shipped.order_id,
        shipped.shipped_at,
        linked.order_id_odoo,
        linked.order_number_odoo,
        linked.state as order_state_odoo,
        tracked.service_name,
        tracked.tracking_reference,
        coalesce(due.lines, '[]'::jsonb) as lines,
        coalesce(due.has_unmapped, false) as has_unmapped,
        coalesce(known.picking_ids, '{}') as known_picking_ids,
        case when not contacts.is_pickup then jsonb_build_object(
            'name', contacts.delivery_name,
            'company', contacts.delivery_company,
            'street', contacts.delivery_street,
            'street_2', contacts.delivery_street_2,
            'city', contacts.delivery_city,
            'province', contacts.delivery_province,
            'postal_code', contacts.delivery_postal_code,
            'country', contacts.delivery_country,
            'phone', contacts.phone
        ) end as address,
        told.payload as payload_sent,
        coalesce(told.is_told, false) as is_told,
        coalesce(told.is_unknown, false) as is_unknown,
        told.target_id,
        told.finished_at
    from shipped
    left join linked on shipped.order_id = linked.order_id
    left join due on shipped.shipment_id = due.shipment_id
    left join known on shipped.order_id = known.order_id
    left join tracked on shipped.shipment_id = tracked.shipment_id
    left join {{ ref("order_contacts") }} as contacts on shipped.order_id = contacts.order_id
    left join told on shipped.shipment_id = told.write_key
    where shipped.system = 'counterflow'

),

named as (

    select
        *,
        case
            when is_told then 'told'
            when is_unknown then 'unknown'
            when order_id_odoo is null then 'not_in_odoo'
            when lines = '[]'::jsonb and not has_unmapped then 'by_hand'
            else 'due'
        end as state
    from joined

)

select
    shipment_id,
    order_id,
    order_id_odoo,
    order_number_odoo,
    shipped_at,
    state,
    case when is_told then target_id::bigint end as picking_id_odoo,
    case when is_told then finished_at end as told_at,
    service_name,
    tracking_reference,
    lines,
    address,
    known_picking_ids,
    case when is_told or is_unknown then payload_sent end as payload_sent,
    case
        when state <> 'due' then null
        when has_unmapped then 'mapping_missing'
        when order_state_odoo <> 'sale' then 'needs_person'
    end as hold_class,
    case
        when state <> 'due' then null
        when has_unmapped then 'a product of this shipment is not known in Odoo: give it the SKU it has there'
        when order_state_odoo <> 'sale'
            then 'sale order ' || order_number_odoo || ' is in state ' || order_state_odoo
            || ' in Odoo: confirm it, or waive this'
    end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from named
