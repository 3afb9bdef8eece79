{{ config(materialized="table", indexes=[{"columns": ["order_id"], "unique": true}]) }}

{% set lines_due = as_it_stands("marts", "ledger_lines_due") %}

-- Web orders whose entry this build looks at again: the order changed, or the account of one of its lines.
with accounts as (

    select * from {{ ref("stg_settings__accounts") }}
    where {{ is_new() }}

),

changed as (

    select order_id from {{ ref("int_orders_changed") }}

    {% if lines_due %}
        union

        select lines_due.order_id
        from {{ lines_due }} as lines_due
        inner join accounts on lines_due.role = accounts.role

        union

        select lines_due.order_id
        from {{ lines_due }} as lines_due
        inner join accounts on lines_due.fallback_role = accounts.role
    {% endif %}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
