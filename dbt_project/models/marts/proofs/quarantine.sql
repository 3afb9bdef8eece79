{{ config(materialized="view") }}

with quarantined as (

    select
        quarantine_id,
        entity,
        record_key,
        order_id,
        check_name,
        reason,
        details,
        blocks_order,
        build_id
    from {{ ref("int_orders_checked") }}

    union all

    select
        quarantine_id,
        entity,
        record_key,
        order_id,
        check_name,
        reason,
        details,
        blocks_order,
        build_id
    from {{ ref("int_payments_checked") }}

    union all

    select * from {{ ref("int_woocommerce_records_quarantined") }}

    union all

    select * from {{ ref("int_stripe_records_quarantined") }}

    union all

    select * from {{ ref("int_balance_quarantined") }}

    union all

    select * from {{ ref("int_odoo_records_quarantined") }}

    union all

    select * from {{ ref("int_files_records_quarantined") }}

    union all

    select * from {{ ref("int_products_quarantined") }}

)

select * from quarantined
