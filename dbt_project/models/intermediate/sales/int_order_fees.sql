{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Fees of web orders, the tips among them told apart: a tip is owed to the staff.
with fee_lines as (

    select * from {{ ref("stg_woocommerce__order_fee_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

tip_names as (

    select lower(btrim(value)) as fee_name
    from {{ ref("stg_settings__lists") }}
    where list = 'tip_name'

),

named as (

    select
        order_id,
        total_amount,
        coalesce(lower(btrim(fee_name)) in (select tip_names.fee_name from tip_names), false) as is_tip
    from fee_lines

)

select
    order_id,
    coalesce(sum(total_amount) filter (where is_tip), 0) as tip_amount,
    coalesce(sum(total_amount) filter (where not is_tip), 0) as fee_amount,
    {{ var("build_id") }}::bigint as build_id
from named
group by order_id
