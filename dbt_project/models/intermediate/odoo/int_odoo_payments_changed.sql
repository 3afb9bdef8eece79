{{ config(materialized="table") }}

{#- The payments to look at again: all of a sale of which one payment, the sale itself or a tender is new. -#}
with payments as not materialized (

    select * from {{ ref("stg_odoo__pos_payment") }}

),

new_methods as (

    select payment_method_id
    from {{ ref("stg_odoo__pos_payment_method") }}
    where {{ is_new() }}

),

new_business as (

    select business_id
    from {{ ref("stg_settings__business") }}
    where {{ is_new() }}

),

changed_orders as (

    select order_id from payments where {{ is_new() }}
    union
    select order_id from {{ ref("stg_odoo__pos_order") }} where {{ is_new() }}
    union
    select order_id from payments where payment_method_id in (select new_methods.payment_method_id from new_methods)
    union
    select order_id from payments where exists (select 1 from new_business)

)

select
    payment_id,
    {{ var("build_id") }}::bigint as build_id
from payments
where order_id in (select changed_orders.order_id from changed_orders)
