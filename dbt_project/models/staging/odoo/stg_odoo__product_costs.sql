{{ config(
    unique_key="product_cost_id",
    indexes=[
        {"columns": ["product_cost_id"], "unique": true},
        {"columns": ["build_id"]},
        {"columns": ["product_id_odoo"]},
    ],
) }}

{#- Every state of a product that was ever read, with what a unit cost then: the present one of raw and its predecessors in
    raw's history. A state keeps its change number when it becomes history, so that it is one row for ever. -#}
with present as (

    select
        key,
        payload,
        changed_at,
        extracted_at,
        version
    from {{ source("odoo", "product_product") }}
    {{ where_new() }}

),

earlier as (

    select
        history.key,
        history.payload,
        history.changed_at,
        history.extracted_at,
        history.version
    from {{ source("odoo", "product_product_history") }} as history
    {% if is_incremental() -%}
    {#- What became history since the last build has a successor that is new to this one. -#}
    where history.key in (select present.key from present) and history.version > {{ var("since_version") }}
    {%- endif %}

),

states as (

    select * from present
    union all
    select * from earlier

),

records as (

    select
        states.key || ':' || states.version as product_cost_id,
        states.payload ->> 'id' as id,
        states.payload ->> 'standard_price' as standard_price,
        states.changed_at,
        states.extracted_at,
        states.version
    from states

)

select
    product_cost_id,
    {{ as_bigint("id") }} as product_id_odoo,
    {{ as_decimal("standard_price") }} as cost_amount,
    changed_at,
    extracted_at,
    version,
    {{ var("build_id") }}::bigint as build_id
from records
