{{ config(
    unique_key="refund_id",
    meta={"changed": "int_odoo_refunds_changed"},
    indexes=[
        {"columns": ["refund_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- Returns at the counter: sales with a total below zero. Amounts are turned to positive ones. -#}
with business as (

    select time_zone from {{ ref("stg_settings__business") }}

),

returns as (

    select
        *,
        order_id as refund_id
    from {{ ref("stg_odoo__pos_order") }}
    where total_amount < 0

),

changed_returns as (

    select *
    from returns
    {{ where_changed("refund_id", "int_odoo_refunds_changed") }}

),

lines as (

    select
        returned.order_id,
        -sum(returned.subtotal_amount) as goods_amount,
        min(sold.order_id) as sold_order_id
    from {{ ref("stg_odoo__pos_order_line") }} as returned
    left join {{ ref("stg_odoo__pos_order_line") }} as sold
        on returned.refunded_order_line_id_odoo = sold.order_line_id_odoo
    where returned.order_id in (select changed_returns.order_id from changed_returns) and not returned.is_deleted
    group by returned.order_id

)

select
    changed_returns.refund_id,
    coalesce('odoo_pos:' || changed_returns.refunded_order_id_odoo, lines.sold_order_id) as order_id,
    'odoo' as system,
    currencies.currency,
    -changed_returns.total_amount as amount,
    coalesce(lines.goods_amount, 0) as goods_amount,
    0::numeric as shipping_amount,
    0::numeric as fee_amount,
    -coalesce(changed_returns.tax_amount, 0) as tax_amount,
    -changed_returns.total_amount - coalesce(lines.goods_amount, 0) + coalesce(changed_returns.tax_amount, 0)
        as unallocated_amount,
    null::text as reason,
    changed_returns.state in ('paid', 'done', 'invoiced') as is_paid_back,
    changed_returns.ordered_at as refunded_at,
    (changed_returns.ordered_at at time zone business.time_zone)::date as refund_date,
    changed_returns.is_deleted or changed_returns.state = 'cancel' as is_deleted,
    changed_returns.problems,
    {{ var("build_id") }}::bigint as build_id
from changed_returns
left join business on true
left join lines on changed_returns.order_id = lines.order_id
left join {{ ref("stg_odoo__res_currency") }} as currencies on changed_returns.currency_id = currencies.currency_id
