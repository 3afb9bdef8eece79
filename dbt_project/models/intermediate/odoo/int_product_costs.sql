{{ config(
    unique_key="product_id_odoo",
    indexes=[
        {"columns": ["product_cost_id"], "unique": true},
        {"columns": ["product_id_odoo"]},
        {"columns": ["build_id"]},
    ],
    meta={"changed": "int_product_costs_changed"},
) }}

{#- What a unit of a product cost, from when to when. The first cost that was read holds for all time before it: what was
    shipped before Counterflow came has a cost too.

    A cost holds from the moment Odoo wrote the product. Where that moment did not move on with the cost, it holds from the
    moment it was read. -#}
with states as (

    select
        *,
        lag(changed_at) over same_product as previous_changed_at
    from {{ ref("stg_odoo__product_costs") }}
    {{ where_changed("product_id_odoo", "int_product_costs_changed") }}
        and product_id_odoo is not null
        and cost_amount is not null
    window same_product as (partition by product_id_odoo order by version)

),

timed as (

    select
        product_cost_id,
        product_id_odoo,
        cost_amount,
        version,
        max(
            case when changed_at > coalesce(previous_changed_at, '-infinity') then changed_at else extracted_at end
        ) over so_far as holds_from,
        lag(cost_amount) over so_far as previous_cost_amount
    from states
    window so_far as (partition by product_id_odoo order by version)

),

changes as (

    select
        *,
        lag(version) over same_product as previous_version,
        lead(holds_from) over same_product as valid_to
    from timed
    where cost_amount is distinct from previous_cost_amount
    window same_product as (partition by product_id_odoo order by version)

)

select
    product_cost_id,
    product_id_odoo,
    case when previous_version is null then '-infinity'::timestamptz else holds_from end as valid_from,
    valid_to,
    cost_amount,
    {{ var("build_id") }}::bigint as build_id
from changes
