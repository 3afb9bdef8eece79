{{ config(
    unique_key="order_id",
    meta={"changed": "int_cost_of_goods_changed"},
    indexes=[
        {"columns": ["order_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What goods cost when they left, and what of it comes back with those put on the shelf again. Only where Odoo does not book it.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_cost_of_goods_changed") }}
    and is_ledger_due
    and exists (select 1 from {{ ref("stg_settings__ledger") }} as ledger where ledger.cost_of_goods = 'counterflow')

),

shipments as (

    select * from {{ ref("shipments") }}
    where order_id in (select orders.order_id from orders)

),

shipment_lines as (

    select
        lines.order_id,
        lines.shipment_id,
        lines.order_line_id,
        lines.quantity,
        lines.shipped_at,
        {{ money("lines.quantity * costs.cost_amount") }} as amount
    from {{ ref("shipment_lines") }} as lines
    inner join {{ ref("int_product_costs") }} as costs
        on
            lines.product_id_odoo = costs.product_id_odoo
            and lines.shipped_at >= costs.valid_from
            and lines.shipped_at < coalesce(costs.valid_to, 'infinity'::timestamptz)
    where lines.order_id in (select orders.order_id from orders)

),

sent as (

    select
        shipment_lines.order_id,
        {{ shipment_event_id("shipments") }} as event_id,
        'shipment ' || shipments.shipment_number as event_name,
        shipments.shipped_date as posting_date,
        sum(shipment_lines.amount) as amount
    from shipment_lines
    inner join shipments on shipment_lines.shipment_id = shipments.shipment_id
    group by
        shipment_lines.order_id, shipments.system, shipments.shipment_id, shipments.picking_id_odoo,
        shipments.order_id_woocommerce, shipments.shipment_number, shipments.shipped_date

),

-- Of what a line's units cost that had left by then, the part that came back: rounded with what came back before.
restocked_lines as (

    select
        restocked.order_id,
        restocked.refund_id,
        restocked.order_line_id,
        left_before.quantity as left_quantity,
        left_before.amount as left_amount,
        least(restocked.to_here, left_before.quantity) as back_to_here,
        least(restocked.to_here - restocked.restocked_quantity, left_before.quantity) as back_before
    from (
        select
            *,
            sum(restocked_quantity) over (partition by order_line_id order by refunded_at, refund_line_id) as to_here
        from {{ ref("int_refund_lines_restocked") }}
        where order_id in (select orders.order_id from orders)
    ) as restocked
    cross join lateral (
        select
            sum(shipment_lines.quantity) as quantity,
            sum(shipment_lines.amount) as amount
        from shipment_lines
        where
            shipment_lines.order_line_id = restocked.order_line_id
            and shipment_lines.shipped_at <= restocked.refunded_at
    ) as left_before
    where restocked.restocked_quantity > 0 and left_before.quantity > 0

),

came_back as (

    select
        restocked_lines.order_id,
        split_part(restocked_lines.refund_id, ':', 1) || '_refund_' || split_part(restocked_lines.refund_id, ':', 2) as event_id,
        'refund ' || split_part(restocked_lines.refund_id, ':', 2) as event_name,
        refunds.refund_date as posting_date,
        sum(
            {{ money("restocked_lines.left_amount * restocked_lines.back_before / restocked_lines.left_quantity") }}
            - {{ money("restocked_lines.left_amount * restocked_lines.back_to_here / restocked_lines.left_quantity") }}
        ) as amount
    from restocked_lines
    inner join {{ ref("refunds") }} as refunds on restocked_lines.refund_id = refunds.refund_id
    group by restocked_lines.order_id, restocked_lines.refund_id, refunds.refund_date

),

events as (

    select * from sent

    union all

    select * from came_back

)

select
    events.order_id,
    'order:' || events.order_id as source_key,
    events.event_id || '_cost' as event_id,
    'cost_of_goods' as event_kind,
    greatest(events.posting_date, orders.paid_date) as posting_date,
    orders.channel,
    orders.delivery_province as province,
    'Cost of ' || events.event_name || ' of web order ' || orders.order_number as title,
    sides.position,
    sides.role,
    null::text as fallback_role,
    case sides.position when 1 then 'cost of goods' else 'inventory' end as what,
    null::text as currency,
    null::numeric as currency_amount,
    sides.amount,
    {{ var("build_id") }}::bigint as build_id
from events
inner join orders on events.order_id = orders.order_id
cross join lateral (
    values (1, 'cost_of_goods', events.amount), (2, 'inventory', -events.amount)
) as sides (position, role, amount)
where events.amount <> 0
