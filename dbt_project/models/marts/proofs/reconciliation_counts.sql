{{ config(materialized="view") }}

with raw_counts as (

    select * from {{ ref("stg_sync__record_counts") }}

),

staging_counts as (

    {% for system, names in counted_resources().items() %}
        {% for name in names %}
            select
                '{{ system }}' as system,
                '{{ name }}' as resource,
                count(*) as record_count
            from {{ ref("stg_" ~ system ~ "__" ~ name) }}
            {{ "union all" if not loop.last }}
        {% endfor %}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

records_quarantined as (

    select
        entity,
        count(distinct record_key) as record_count
    from {{ ref("quarantine") }}
    group by entity

),

-- Which entity of quarantine a mart's rows are.
mart_counts as (

    select
        'web orders' as entity,
        (select count(*) from {{ ref("stg_woocommerce__orders") }}) as records_in,
        (select count(*) from {{ ref("orders") }} where channel = 'web') as records_out,
        'order' as quarantine_entity

    union all

    select
        'web order lines' as entity,
        (select count(*) from {{ ref("stg_woocommerce__order_lines") }}) as records_in,
        (select count(*) from {{ ref("order_lines") }} where order_id like 'woocommerce:%') as records_out,
        'order_line' as quarantine_entity

    union all

    select
        'web order taxes' as entity,
        (select count(*) from {{ ref("stg_woocommerce__order_taxes") }}) as records_in,
        (select count(*) from {{ ref("order_taxes") }} where order_id like 'woocommerce:%') as records_out,
        'order_tax' as quarantine_entity

    union all

    select
        'web refunds' as entity,
        (select count(*) from {{ ref("stg_woocommerce__refunds") }}) as records_in,
        (select count(*) from {{ ref("refunds") }} where system = 'woocommerce') as records_out,
        'refund' as quarantine_entity

    union all

    select
        'card payments' as entity,
        (select count(*) from {{ ref("stg_stripe__charges") }}) as records_in,
        (select count(*) from {{ ref("payments") }} where system = 'stripe') as records_out,
        'payment' as quarantine_entity

),

stages as (

    select
        'raw to staging' as stage,
        raw_counts.system || ' ' || replace(raw_counts.resource, '_', ' ') as entity,
        raw_counts.record_count as records_in,
        coalesce(staging_counts.record_count, 0) as records_out,
        null::text as quarantine_entity
    from raw_counts
    left join staging_counts
        on raw_counts.system = staging_counts.system and raw_counts.resource = staging_counts.resource

    union all

    select
        'staging to marts' as stage,
        entity,
        records_in,
        records_out,
        quarantine_entity
    from mart_counts

)

select
    stages.stage || ':' || stages.entity as reconciliation_count_id,
    stages.stage,
    stages.entity,
    stages.records_in,
    stages.records_out,
    coalesce(records_quarantined.record_count, 0) as quarantined,
    stages.records_in - stages.records_out as difference
from stages
left join records_quarantined on stages.quarantine_entity = records_quarantined.entity
