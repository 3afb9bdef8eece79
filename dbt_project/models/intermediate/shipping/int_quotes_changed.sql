{%- set quotes = as_it_stands("marts", "shipping_quotes") -%}
{{ config(materialized="table", indexes=[{"columns": ["quote_key"], "unique": true}]) }}

-- Prices that are asked for, that were answered since the last build, or that nobody asks for any more.
select
    quote_key,
    {{ var("build_id") }}::bigint as build_id
from (
    select quote_key from {{ ref("int_quotes_requested") }}
    union
    select write_key from {{ ref("stg_sync__writes") }}
    where system = 'canadapost' and thing = 'quote' and {{ is_new() }}
    {% if quotes %}
        union
        select quote_key from {{ quotes }}
        where is_requested
    {% endif %}
) as changed
