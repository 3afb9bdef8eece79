{{ config(materialized="table", indexes=[{"columns": ["refund_id"], "unique": true}]) }}

-- Refunds of every channel that this build looks at again.
with refunds as (

    select * from {{ ref("stg_woocommerce__refunds") }}

),

changed as (

    select refund_id
    from refunds
    where {{ is_new() }}

    union

    select refunds.refund_id
    from refunds
    inner join {{ ref("stg_woocommerce__orders") }} as orders on refunds.order_id = orders.order_id
    where {{ is_new("orders.build_id") }}

    union

    select refund_id
    from {{ ref("int_odoo_refunds_changed") }}

    union

    select refunds.refund_id
    from refunds
    where exists (select 1 from {{ ref("stg_settings__business") }} as business where {{ is_new("business.build_id") }})

)

select
    refund_id,
    {{ var("build_id") }}::bigint as build_id
from changed
