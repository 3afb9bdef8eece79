{{ config(
    materialized="table",
    indexes=[
        {"columns": ["quote_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What a carrier's price is asked for: each box that is planned, and, while the customer may still choose, what is ready now,
-- the rest, and all of it.
with planned as (

    select * from {{ ref("planned_shipments") }}
    where state = 'planned' and not is_pickup

),

open_choices as (

    select decided.order_id
    from {{ ref("int_shipments_decided") }} as decided
    inner join {{ ref("order_contacts") }} as contacts on decided.order_id = contacts.order_id
    where decided.is_choice_open and not contacts.is_pickup

),

defaults as (

    select * from {{ ref("stg_settings__shipping") }}

),

open_lines as (

    select
        to_send.order_id,
        to_send.order_line_id,
        to_send.line_number,
        coalesce(products.sku, to_send.sku) as sku,
        to_send.product_name,
        part.quote_part,
        part.quantity,
        coalesce(products.weight_g, defaults.default_weight_g) as unit_weight_g,
        coalesce(products.length_mm, defaults.default_length_mm) as length_mm,
        coalesce(products.width_mm, defaults.default_width_mm) as width_mm,
        coalesce(products.height_mm, defaults.default_height_mm) as height_mm,
        {{ money("to_send.total_amount * part.quantity / to_send.ordered_quantity") }} as goods_amount,
        {{ money("to_send.tax_amount * part.quantity / to_send.ordered_quantity") }} as tax_amount,
        coalesce(products.hs_code, defaults.customs_hs_code) as hs_code,
        coalesce(products.origin_country, defaults.customs_origin_country) as origin_country
    from open_choices
    inner join {{ ref("int_order_lines_to_send") }} as to_send on open_choices.order_id = to_send.order_id
    left join lateral (
        select sum(allocations.quantity) as quantity
        from {{ ref("allocations") }} as allocations
        where allocations.order_line_id = to_send.order_line_id and allocations.source = 'stock'
    ) as ready on true
    cross join lateral (
        values
        ('now', coalesce(ready.quantity, 0)),
        ('rest', to_send.open_quantity - coalesce(ready.quantity, 0)),
        ('all', to_send.open_quantity)
    ) as part (quote_part, quantity)
    left join {{ ref("products") }} as products on to_send.product_id = products.product_id
    left join defaults on true
    where part.quantity > 0

)

select
    shipment_id as quote_key,
    order_id,
    shipment_id,
    'shipment' as quote_part,
    weight_g,
    goods_amount,
    lines,
    {{ var("build_id") }}::bigint as build_id
from planned

union all

select
    open_lines.order_id || ':' || open_lines.quote_part as quote_key,
    open_lines.order_id,
    null::text as shipment_id,
    open_lines.quote_part,
    sum(open_lines.quantity * open_lines.unit_weight_g) as weight_g,
    sum(open_lines.goods_amount) as goods_amount,
    jsonb_agg({{ shipment_line_json("open_lines") }} order by open_lines.line_number, open_lines.order_line_id) as lines,
    {{ var("build_id") }}::bigint as build_id
from open_lines
group by open_lines.order_id, open_lines.quote_part
