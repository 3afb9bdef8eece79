{{ config(
    unique_key="product_id",
    indexes=[
        {"columns": ["product_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Products that are no goods to send: services and downloads. A row is written anew only where that changed, so that build_id
-- says which orders must be looked at again.
with wanted as (

    select product_id
    from {{ ref("products") }}
    where not is_shipped

)

select
    wanted.product_id,
    false as is_deleted,
    {{ var("build_id") }}::bigint as build_id
from wanted
{% if is_incremental() %}
    left join {{ this }} as before on wanted.product_id = before.product_id
    where before.product_id is null or before.is_deleted

    union all

    select
        before.product_id,
        true as is_deleted,
        {{ var("build_id") }}::bigint as build_id
    from {{ this }} as before
    where
        not before.is_deleted
        and before.product_id not in (select wanted.product_id from wanted)
{% endif %}
