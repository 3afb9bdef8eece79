{{ config(
    materialized="table",
    indexes=[
        {"columns": ["reconciliation_id"], "unique": true},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Stock three ways, in units: what Odoo counts against the marts, and what the marts offer against the shop. A shop's level is
-- the one that was read last, or the one that was read back after we set it, whichever is newer.
with products as (

    select * from {{ ref("products") }}

),

stock as (

    select * from {{ ref("stock_by_sku") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

quants as (

    select
        quants.product_id_odoo,
        sum(coalesce(quants.on_hand_quantity, 0)) as quantity,
        max(quants.extracted_at) as read_at
    from {{ ref("stg_odoo__stock_quant") }} as quants
    inner join {{ ref("stg_odoo__stock_location") }} as locations on quants.location_id = locations.location_id
    where not quants.is_deleted and not locations.is_deleted and locations.usage = 'internal'
    group by quants.product_id_odoo

),

located as (

    select
        product_id,
        sum(on_hand_quantity) as quantity
    from {{ ref("stock") }}
    group by product_id

),

writes as (

    select
        write_key,
        status,
        reason,
        drift,
        planned_at,
        finished_at,
        ({{ as_numeric("read_back ->> 'quantity'") }}) as quantity
    from {{ ref("stg_sync__writes") }}
    where system = 'woocommerce' and thing = 'stock_level' and is_current

),

on_hand as (

    select
        stock.product_id,
        'on_hand' as part,
        stock.sku,
        coalesce(quants.quantity, 0) as expected_quantity,
        stock.on_hand_quantity as found_quantity,
        case
            when coalesce(quants.quantity, 0) = stock.on_hand_quantity and stock.on_hand_quantity = coalesce(located.quantity, 0)
                then 'agrees'
            else 'differs'
        end as state,
        'Odoo counts ' || coalesce(quants.quantity, 0) || ', the marts have ' || stock.on_hand_quantity || ' ('
        || coalesce(located.quantity, 0) || ' by location)' as cause,
        quants.read_at as at,
        null::text as write_key
    from stock
    inner join products on stock.product_id = products.product_id
    left join quants on products.product_id_odoo = quants.product_id_odoo
    left join located on stock.product_id = located.product_id

),

offered as (

    select
        stock.product_id,
        'web' as part,
        stock.sku,
        floor(stock.available_quantity) as expected_quantity,
        coalesce(
            case
                when writes.status = 'confirmed' and writes.finished_at > products.web_stock_observed_at then writes.quantity
                else products.web_stock_quantity
            end,
            0
        ) as found_quantity,
        writes.status,
        writes.reason,
        writes.drift is not null and writes.finished_at > products.web_stock_observed_at as has_drift,
        coalesce(writes.planned_at, products.web_stock_observed_at) as at,
        coalesce(
            'variation:' || products.variation_id_woocommerce, 'product:' || products.product_id_woocommerce
        ) as write_key
    from stock
    inner join products on stock.product_id = products.product_id
    left join writes
        on
            coalesce(
                'variation:' || products.variation_id_woocommerce, 'product:' || products.product_id_woocommerce
            ) = writes.write_key
    where products.is_on_web and products.is_stock_managed_on_web

),

compared as (

    select * from on_hand

    union all

    select
        product_id,
        part,
        sku,
        expected_quantity,
        found_quantity,
        case
            when expected_quantity = found_quantity then 'agrees'
            when has_drift then 'differs'
            else 'open'
        end as state,
        'the shop offers ' || found_quantity || ' of ' || expected_quantity || ', '
        || case
            when has_drift then 'though it was set'
            when status in ('held', 'refused', 'unknown', 'sent') then status || coalesce(': ' || reason, '')
            else 'which the next delivery sets'
        end as cause,
        at,
        write_key
    from offered

)

select
    'stock:' || compared.product_id || ':' || compared.part as reconciliation_id,
    'stock' as subject,
    compared.product_id as record_key,
    null::text as order_id,
    (compared.at at time zone coalesce(business.time_zone, 'UTC'))::date as occurred_on,
    compared.expected_quantity as expected_amount,
    compared.found_quantity as found_amount,
    compared.expected_quantity - compared.found_quantity as difference,
    compared.state,
    case
        when compared.state <> 'agrees' then coalesce('SKU ' || left(compared.sku, 64) || ': ', '') || compared.cause
    end as cause,
    case
        when compared.state <> 'agrees'
            then greatest((now() at time zone coalesce(business.time_zone, 'UTC'))::date - compared.at::date, 0)
    end::integer as age_days,
    compared.write_key,
    {{ var("build_id") }}::bigint as build_id
from compared
left join business on true
