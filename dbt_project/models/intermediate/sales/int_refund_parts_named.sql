{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["refund_part_named_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["refund_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What each refund says it is for, in the parts of its order. A refund of an amount only says nothing.
with refunds as (

    select * from {{ ref("int_refunds_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

refund_lines as (

    select * from {{ ref("stg_woocommerce__refund_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

refund_fee_lines as (

    select * from {{ ref("stg_woocommerce__refund_fee_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

refund_taxes as (

    select * from {{ ref("stg_woocommerce__refund_taxes") }}
    {{ where_changed("order_id", "int_orders_changed") }}
    and not is_deleted

),

order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    where order_id in (select refunds.order_id from refunds)

),

order_taxes as (

    select
        order_id,
        tax_rate_id_woocommerce,
        min(tax) as tax,
        min(province) as province
    from {{ ref("int_woocommerce_order_taxes") }}
    where order_id in (select refunds.order_id from refunds)
    group by order_id, tax_rate_id_woocommerce

),

lists as (

    select * from {{ ref("stg_settings__lists") }}

),

-- Odoo has one tax amount per return: as the sale's taxes stood to one another, each share rounded with those before it.
counter_taxes as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.tax_amount,
        parts.tax,
        parts.province,
        sum(parts.amount) over (partition by refunds.refund_id order by parts.part_number) as amount_to_here,
        parts.amount,
        sum(parts.amount) over (partition by refunds.refund_id) as amount_in_all
    from refunds
    inner join {{ ref("int_order_parts") }} as parts on refunds.order_id = parts.order_id and parts.part = 'tax'
    where refunds.system = 'odoo'

),

named as (

    select
        refund_lines.refund_id,
        refund_lines.order_id,
        case
            when {{ is_gift_card("coalesce(order_lines.sku, refund_lines.sku)") }} then 'gift_card'
            else 'goods'
        end as part,
        null::text as tax,
        null::text as province,
        refund_lines.total_amount as amount
    from refund_lines
    left join order_lines on refund_lines.order_line_id = order_lines.order_line_id

    union all

    select
        refund_id,
        order_id,
        case
            when lower(btrim(fee_name)) in (select lists.value from lists where lists.list = 'tip_name') then 'tip'
            else 'fee'
        end as part,
        null::text as tax,
        null::text as province,
        total_amount as amount
    from refund_fee_lines

    union all

    select
        refunds.refund_id,
        refunds.order_id,
        parts.part,
        null::text as tax,
        null::text as province,
        parts.amount
    from refunds
    cross join lateral (
        values ('shipping', refunds.shipping_amount), ('goods', case when refunds.system = 'odoo' then refunds.goods_amount end)
    ) as parts (part, amount)

    union all

    select
        refund_taxes.refund_id,
        refund_taxes.order_id,
        'tax' as part,
        order_taxes.tax,
        order_taxes.province,
        refund_taxes.goods_tax_amount + refund_taxes.shipping_tax_amount as amount
    from refund_taxes
    inner join order_taxes
        on
            refund_taxes.order_id = order_taxes.order_id
            and refund_taxes.tax_rate_id_woocommerce = order_taxes.tax_rate_id_woocommerce

    union all

    select
        refund_id,
        order_id,
        'tax' as part,
        tax,
        province,
        {{ money("tax_amount * amount_to_here / amount_in_all") }}
        - {{ money("tax_amount * (amount_to_here - amount) / amount_in_all") }} as amount
    from counter_taxes
    where amount_in_all <> 0

)

select
    concat_ws(':', refund_id, part, tax, province) as refund_part_named_id,
    refund_id,
    order_id,
    part,
    tax,
    province,
    {{ money("sum(amount)") }} as amount,
    {{ var("build_id") }}::bigint as build_id
from named
where amount <> 0
group by refund_id, order_id, part, tax, province
