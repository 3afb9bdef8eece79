{{ config(
    unique_key="order_id",
    meta={"changed": "int_fulfilments_changed"},
    indexes=[
        {"columns": ["shipment_line_id"], "unique": true},
        {"columns": ["shipment_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What is in each box of ours: as its label (or slip) has it, once there is one; until then, what the plan puts into it.
with committed as (

    select * from {{ ref("int_shipment_lines_committed") }}
    {{ where_changed("order_id", "int_fulfilments_changed") }}

),

order_lines as (

    select * from {{ ref("int_woocommerce_order_lines") }}
    {{ where_changed("order_id", "int_fulfilments_changed") }}

),

defaults as (

    select * from {{ ref("stg_settings__shipping") }}

),

committed_lines as (

    select
        shipment_line_id,
        shipment_id,
        order_id,
        order_line_id,
        quantity,
        coalesce(
            sum(case when is_voided then 0 else quantity end) over (
                partition by order_line_id
                order by shipment_number rows between unbounded preceding and 1 preceding
            ),
            0
        ) as quantity_before,
        line_as_sent
    from committed

),

planned_lines as (

    select
        decided.order_id || ':' || decided.next_number || ':' || allocations.order_line_id as shipment_line_id,
        decided.order_id || ':' || decided.next_number as shipment_id,
        decided.order_id,
        allocations.order_line_id,
        allocations.quantity,
        to_send.shipped_quantity + to_send.boxed_quantity as quantity_before,
        null::jsonb as line_as_sent
    from {{ ref("int_shipments_decided") }} as decided
    inner join {{ ref("allocations") }} as allocations
        on decided.order_id = allocations.order_id and allocations.source = 'stock'
    inner join {{ ref("int_order_lines_to_send") }} as to_send on allocations.order_line_id = to_send.order_line_id
    where decided.is_planned

),

unioned as (

    select * from committed_lines
    union all
    select * from planned_lines

)

select
    unioned.shipment_line_id,
    unioned.shipment_id,
    unioned.order_id,
    unioned.order_line_id,
    order_lines.line_number,
    order_lines.product_id,
    coalesce(unioned.line_as_sent ->> 'sku', products.sku, order_lines.sku) as sku,
    coalesce(unioned.line_as_sent ->> 'product_name', order_lines.description) as product_name,
    unioned.quantity,
    {{ as_sent_or("unit_weight_g", "products.weight_g", "defaults.default_weight_g") }} as unit_weight_g,
    {{ as_sent_or("length_mm", "products.length_mm", "defaults.default_length_mm") }} as length_mm,
    {{ as_sent_or("width_mm", "products.width_mm", "defaults.default_width_mm") }} as width_mm,
    {{ as_sent_or("height_mm", "products.height_mm", "defaults.default_height_mm") }} as height_mm,
    coalesce(
        {{ as_numeric("unioned.line_as_sent ->> 'goods_amount'") }},
        {{ part_of("order_lines.total_amount") }}
    ) as goods_amount,
    coalesce(
        {{ as_numeric("unioned.line_as_sent ->> 'tax_amount'") }},
        {{ part_of("order_lines.tax_amount") }}
    ) as tax_amount,
    coalesce(unioned.line_as_sent ->> 'hs_code', products.hs_code, defaults.customs_hs_code) as hs_code,
    coalesce(unioned.line_as_sent ->> 'origin_country', products.origin_country, defaults.customs_origin_country)
        as origin_country,
    {{ var("build_id") }}::bigint as build_id
from unioned
inner join order_lines on unioned.order_line_id = order_lines.order_line_id
left join {{ ref("products") }} as products on order_lines.product_id = products.product_id
left join defaults on true
