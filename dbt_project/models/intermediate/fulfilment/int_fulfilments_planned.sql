{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["is_deleted"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What the plan of each order in work rests on, as a hash. A row is written anew only where that changed (another's stock, a
-- delivery, a day that passed may have moved it), so that build_id says which orders must be looked at again.
with lines as (

    select
        to_send.order_id,
        string_agg(
            concat_ws(
                ',', to_send.order_line_id, to_send.open_quantity, to_send.shipped_quantity, to_send.boxed_quantity,
                to_send.total_amount, to_send.tax_amount, products.sku, products.weight_g, products.length_mm,
                products.width_mm, products.height_mm, products.hs_code, products.origin_country
            ),
            ';' order by to_send.order_line_id
        ) as content
    from {{ ref("int_order_lines_to_send") }} as to_send
    left join {{ ref("products") }} as products on to_send.product_id = products.product_id
    group by to_send.order_id

),

shipping as (

    select md5(string_agg(shipping::text, ';')) as content
    from {{ ref("stg_settings__shipping") }} as shipping

),

wanted as (

    select
        decided.order_id,
        md5(concat_ws('|', to_jsonb(decided) - 'build_id', lines.content, shipping.content)) as plan_hash
    from {{ ref("int_shipments_decided") }} as decided
    inner join lines on decided.order_id = lines.order_id
    cross join shipping

)

select
    wanted.order_id,
    wanted.plan_hash,
    false as is_deleted,
    {{ var("build_id") }}::bigint as build_id
from wanted
{% if is_incremental() %}
    left join {{ this }} as before on wanted.order_id = before.order_id
    where before.order_id is null or before.is_deleted or before.plan_hash <> wanted.plan_hash

    union all

    select
        before.order_id,
        before.plan_hash,
        true as is_deleted,
        {{ var("build_id") }}::bigint as build_id
    from {{ this }} as before
    where
        not before.is_deleted
        and before.order_id not in (select wanted.order_id from wanted)
{% endif %}
