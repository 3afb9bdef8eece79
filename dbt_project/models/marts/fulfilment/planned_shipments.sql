{{ config(
    unique_key="order_id",
    meta={"changed": "int_fulfilments_changed"},
    indexes=[
        {"columns": ["shipment_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Boxes of ours: the one that is planned for an order and may still change, and those that may not.
with orders as (

    select * from {{ ref("orders") }}
    {{ where_changed("order_id", "int_fulfilments_changed") }}
    and channel = 'web'

),

lines as (

    select
        lines.order_id,
        lines.shipment_id,
        sum(lines.quantity) as quantity,
        sum(lines.goods_amount) as goods_amount,
        sum(lines.tax_amount) as tax_amount,
        sum(lines.quantity * lines.unit_weight_g) as weight_g,
        jsonb_agg({{ shipment_line_json("lines") }} order by lines.line_number, lines.order_line_id) as lines
    from {{ ref("planned_shipment_lines") }} as lines
    where lines.order_id in (select orders.order_id from orders)
    group by lines.order_id, lines.shipment_id

),

committed as (

    select
        shipment_id,
        max(shipment_number) as shipment_number,
        bool_or(is_voided) as is_voided,
        bool_or(has_label) as has_label,
        min(committed_at) as committed_at,
        min(first_scanned_at) as first_scanned_at
    from {{ ref("int_shipment_lines_committed") }}
    where order_id in (select orders.order_id from orders)
    group by shipment_id

),

shipped as (

    select
        shipment_id,
        min(shipped_at) as shipped_at
    from {{ ref("int_shipment_lines") }}
    where order_id in (select orders.order_id from orders) and system = 'counterflow'
    group by shipment_id

),

decided as (

    select * from {{ ref("int_shipments_decided") }}
    where order_id in (select orders.order_id from orders)

),

-- Boxes of ours hold more of these lines than is left of them: something was refunded since.
overfull as (

    select distinct committed.order_id
    from (
        select
            order_id,
            order_line_id,
            sum(quantity) as quantity
        from {{ ref("int_shipment_lines_committed") }}
        where order_id in (select orders.order_id from orders) and not is_voided
        group by order_id, order_line_id
    ) as committed
    inner join {{ ref("order_lines") }} as order_lines on committed.order_line_id = order_lines.order_line_id
    where committed.quantity > order_lines.quantity - order_lines.refunded_quantity

),

numbered as (

    select
        lines.*,
        coalesce(committed.shipment_number, decided.next_number) as shipment_number,
        case
            when committed.shipment_id is null then 'planned'
            when committed.is_voided then 'voided'
            when shipped.shipment_id is not null then 'shipped'
            else 'committed'
        end as state,
        committed.is_voided is not true and committed.first_scanned_at is null
        and (shipped.shipment_id is null or committed.has_label is true) as is_in_shop,
        committed.committed_at,
        shipped.shipped_at,
        coalesce(decided.open_quantity, 0) as open_quantity,
        coalesce(decided.backordered_quantity, 0) as backordered_quantity,
        max(coalesce(committed.shipment_number, decided.next_number)) filter (where committed.is_voided is not true)
            over (partition by lines.order_id) as last_number
    from lines
    left join committed on lines.shipment_id = committed.shipment_id
    left join shipped on lines.shipment_id = shipped.shipment_id
    left join decided on lines.order_id = decided.order_id

)

select
    numbered.shipment_id,
    numbered.order_id,
    orders.order_number,
    numbered.shipment_number,
    numbered.state,
    numbered.is_in_shop,
    numbered.state <> 'voided'
    and numbered.shipment_number = numbered.last_number
    and case when numbered.state = 'planned' then numbered.backordered_quantity else numbered.open_quantity end = 0 as is_last,
    contacts.is_pickup,
    contacts.language,
    contacts.delivery_name,
    contacts.delivery_company,
    contacts.delivery_street,
    contacts.delivery_street_2,
    contacts.delivery_city,
    contacts.delivery_province,
    contacts.delivery_postal_code,
    contacts.delivery_country,
    contacts.email,
    contacts.phone,
    orders.currency,
    numbered.goods_amount,
    numbered.tax_amount,
    numbered.quantity,
    numbered.weight_g,
    numbered.lines,
    numbered.committed_at,
    numbered.shipped_at,
    case
        when numbered.state = 'planned'
            then
                case
                    when not contacts.is_pickup and cardinality(contacts.address_problems) > 0
                        then array_to_string(contacts.address_problems, '; ')
                end
        when not numbered.is_in_shop then null
        when {{ is_called_off("orders") }} then 'the order is called off: unpack it'
        when orders.status not in ('processing', 'completed')
            then 'the order is ' || replace(orders.status, '_', ' ') || ' in the shop'
        when overfull.order_id is not null then 'something in it was refunded: take that out first'
    end as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from numbered
inner join orders on numbered.order_id = orders.order_id
inner join {{ ref("order_contacts") }} as contacts on numbered.order_id = contacts.order_id
left join overfull on numbered.order_id = overfull.order_id
