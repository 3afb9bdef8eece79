{{ config(materialized="table") }}

{#- The purchase orders to look at again: they, a line or a receipt is new. -#}
with lines as not materialized (

    select * from {{ ref("stg_odoo__purchase_order_line") }}

),

changed as (

    select purchase_order_id from {{ ref("stg_odoo__purchase_order") }} where {{ is_new() }}
    union
    select purchase_order_id from lines where {{ is_new() }}
    union
    select lines.purchase_order_id
    from {{ ref("stg_odoo__stock_move") }} as moves
    inner join lines on moves.purchase_order_line_id = lines.purchase_order_line_id
    where {{ is_new("moves.build_id") }}

)

select
    purchase_order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where purchase_order_id is not null
