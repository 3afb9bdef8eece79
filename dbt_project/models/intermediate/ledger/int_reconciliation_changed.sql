{{ config(materialized="table") }}

-- Orders whose proof this build looks at again: the order, the entry that is due, what was written, or what stands in the books.
with changed as (

    select order_id from {{ ref("int_ledger_lines_changed") }}

    union

    select 'woocommerce:' || substring(write_key from '^woocommerce_order_([0-9]+)$') as order_id
    from {{ ref("stg_sync__writes") }}
    where system = 'odoo' and thing = 'ledger_entry' and {{ is_new() }}

    union

    select order_id
    from {{ ref("ledger_entries") }}
    where {{ is_new() }}

)

select
    order_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where order_id is not null
