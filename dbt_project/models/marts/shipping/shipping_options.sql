{{ config(
    materialized="table",
    indexes=[{"columns": ["shipping_option_id"], "unique": true}, {"columns": ["order_id"]}],
) }}

-- What either way costs while the customer may choose: what is ready now and the rest later, or all of it together.
with quotes as (

    select * from {{ ref("shipping_quotes") }}
    where is_requested and is_quoted and quote_part in ('now', 'rest', 'all')

),

options as (

    select
        order_id,
        case when quote_part = 'all' then 'wait' else 'ship_now' end as option,
        sum(total_amount) as amount,
        sum(jsonb_array_length(parcels)) as parcel_count,
        bool_or(is_estimate) as is_estimate,
        count(*) as part_count
    from quotes
    group by 1, 2

)

select
    order_id || ':' || option as shipping_option_id,
    order_id,
    option,
    amount,
    parcel_count,
    is_estimate,
    {{ var("build_id") }}::bigint as build_id
from options
-- the first part alone is not what the way costs
where option = 'wait' or part_count = 2
