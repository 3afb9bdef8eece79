{%- set due = as_it_stands("marts", "documents_due") -%}
{{ config(materialized="table", indexes=[{"columns": ["owner_id"], "unique": true}]) }}

-- Orders (and days, of pick lists) whose documents this build looks at again.
with settings as (

    select
        'pick_list:' || (now() at time zone business.time_zone)::date as pick_list_key,
        extract(hour from now() at time zone business.time_zone) >= documents.pick_list_hour as is_time
    from {{ ref("stg_settings__business") }} as business
    inner join {{ ref("stg_settings__documents") }} as documents on true

),

changed as (

    select order_id as owner_id
    from {{ ref("int_orders_changed") }}

    union

    select refunds.order_id as owner_id
    from {{ ref("refunds") }} as refunds
    where refunds.refund_id in (select changed_refunds.refund_id from {{ ref("int_refunds_changed") }} as changed_refunds)

    union

    select order_id as owner_id
    from {{ ref("int_fulfilments_changed") }}

    union

    select order_id as owner_id
    from {{ ref("parcels") }}
    where {{ is_new() }}

    union

    select order_id as owner_id
    from {{ ref("shipping_quotes") }}
    where {{ is_new() }}

    union

    select owner_id
    from {{ ref("int_documents_written") }}
    where {{ is_new() }}

    union

    select pick_list_key as owner_id
    from settings
    where is_time

    {% if due %}
        union

        -- A day's list that was not made on its day is made no more.
        select owner_id
        from {{ due }}
        where kind = 'pick_list'
    {% endif %}

)

select
    owner_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where owner_id is not null
