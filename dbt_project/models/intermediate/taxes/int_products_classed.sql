{{ config(
    unique_key="product_id_woocommerce",
    indexes=[
        {"columns": ["product_id_woocommerce"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- Products of the web shop whose category puts them in a tax class (settings: "category:<slug>"). A row is written anew only
-- where its class changed, so that build_id says which orders must be looked at again.
with products as (

    select
        product_id_woocommerce,
        unnest(category_slugs) as category_slug
    from {{ ref("stg_woocommerce__products") }}
    where product_id_woocommerce is not null

),

wanted as (

    select
        products.product_id_woocommerce,
        min(tax_classes.product_class) as product_class
    from products
    inner join {{ ref("stg_settings__tax_classes") }} as tax_classes
        on 'category:' || products.category_slug = tax_classes.source_class
    group by products.product_id_woocommerce

)

select
    wanted.product_id_woocommerce,
    wanted.product_class,
    false as is_deleted,
    {{ var("build_id") }}::bigint as build_id
from wanted
{% if is_incremental() %}
    left join {{ this }} as before on wanted.product_id_woocommerce = before.product_id_woocommerce
    where before.product_id_woocommerce is null or before.is_deleted or before.product_class <> wanted.product_class

    union all

    select
        before.product_id_woocommerce,
        before.product_class,
        true as is_deleted,
        {{ var("build_id") }}::bigint as build_id
    from {{ this }} as before
    where
        not before.is_deleted
        and before.product_id_woocommerce not in (select wanted.product_id_woocommerce from wanted)
{% endif %}
