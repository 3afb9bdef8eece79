{{ config(materialized="view") }}

-- What of an order has left the house, as its value with taxes and shipping: one row per order of which something has.
-- An order that is completed without goods to send (a fee, a tip) has shipped whole.
with shipments as (

    select * from {{ ref("shipments") }}

),

orders as (

    select * from {{ ref("orders") }}

),

sent as (

    select
        order_id,
        max(shipped_at) as shipped_at,
        sum(total_amount) as shipped_amount,
        bool_or(is_last) as is_whole
    from shipments
    group by order_id

),

without_goods as (

    select
        order_id,
        coalesce(completed_at, modified_at) as shipped_at,
        total_amount as shipped_amount,
        true as is_whole
    from orders
    where
        channel = 'web'
        and status = 'completed'
        and not exists (select 1 from shipments where shipments.order_id = orders.order_id)

)

select * from sent
union all
select * from without_goods
