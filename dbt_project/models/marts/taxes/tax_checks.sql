{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["tax_check_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

with tax_checks as (

    select * from {{ ref("int_order_taxes_checked") }}
    {{ where_changed("order_id", "int_orders_changed") }}

)

select
    tax_check_id,
    order_id,
    tax,
    province,
    order_date,
    place_reason,
    place_province,
    tax_code_source,
    charged_rate,
    charged_taxable_amount,
    charged_tax_amount,
    rate_in_force,
    taxable_amount,
    untaxed_amount,
    due_tax_amount,
    difference,
    tolerance_amount,
    state,
    problem,
    {{ var("build_id") }}::bigint as build_id
from tax_checks
