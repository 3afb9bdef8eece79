{{ config(materialized="table") }}

{#- The customers to look at again: those that a new record belongs to, or belonged to. -#}
with new_records as (

    select *
    from {{ ref("int_customers_matched") }}
    where {{ is_new() }}

),

changed as (

    select customer_id from new_records
    union
    select unnest(customer_ids_before) as customer_id from new_records

)

select
    customer_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where customer_id is not null
