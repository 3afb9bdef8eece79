{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_tax_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Each tax line beside what our own dated rates make of it. Ours is a check: the shop's own tax is what is booked.
with order_taxes as (

    select * from {{ ref("int_order_taxes_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

orders as (

    select
        order_id,
        order_date
    from {{ ref("int_orders_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

tax_rates as (

    select * from {{ ref("tax_rates") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

joined as (

    select
        order_taxes.*,
        tax_rates.tax_rate as rate_in_force,
        tax_rates.tax is not null as is_known,
        {{ money("order_taxes.taxable_amount * tax_rates.tax_rate") }} as expected_tax_amount,
        -- Tax rounded on each line may differ from tax on their sum by half a cent a line, and no more.
        greatest(coalesce(business.rounding_cap, 0), 0.005 * order_taxes.taxed_parts) as tolerance_amount
    from order_taxes
    inner join orders on order_taxes.order_id = orders.order_id
    left join tax_rates
        on
            order_taxes.tax = tax_rates.tax
            and order_taxes.province = tax_rates.province
            and orders.order_date between tax_rates.valid_from and coalesce(tax_rates.valid_to, 'infinity'::date)
    left join business on true

)

select
    order_tax_id,
    order_id,
    tax,
    province,
    tax_code_source,
    tax_rate,
    taxable_amount,
    goods_tax_amount,
    shipping_tax_amount,
    tax_amount,
    rate_in_force,
    is_known,
    expected_tax_amount,
    coalesce(abs(tax_amount - expected_tax_amount) <= tolerance_amount, true) as is_as_expected,
    {{ var("build_id") }}::bigint as build_id
from joined
