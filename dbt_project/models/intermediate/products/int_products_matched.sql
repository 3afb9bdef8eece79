{{ config(
    unique_key="product_match_id",
    indexes=[
        {"columns": ["product_match_id"], "unique": true},
        {"columns": ["product_id"]},
        {"columns": ["product_id_woocommerce", "variation_id_woocommerce"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- The match rule: the SKU, without blanks around it and whatever its case; where Odoo knows no such SKU, the
    barcode (leading zeros aside). A SKU or barcode that two live records of one system share matches nothing.
    Staff may say that a SKU of the shop is another one in Odoo (stg_sync__sku_mappings): that one counts instead.
    A deleted or archived record keeps its product for the sake of the sales it was in, but never makes a clash. -#}
with woocommerce_records as (

    select
        'woocommerce:' || product_id_woocommerce as product_match_id,
        product_id_woocommerce,
        null::bigint as variation_id_woocommerce,
        sku,
        barcode,
        not is_deleted as is_live
    from {{ ref("stg_woocommerce__products") }}
    where
        product_id_woocommerce is not null
        -- A variable product is sold by its variations, unless it counts the stock for all of them.
        and (product_type is null or product_type not in ('variable', 'grouped', 'external') or is_stock_managed)

    union all

    select
        'woocommerce:' || product_id_woocommerce || ':' || variation_id_woocommerce as product_match_id,
        product_id_woocommerce,
        variation_id_woocommerce,
        sku,
        barcode,
        not is_deleted and not is_stock_managed_by_product as is_live
    from {{ ref("stg_woocommerce__product_variations") }}
    where variation_id_woocommerce is not null and product_id_woocommerce is not null

),

odoo_records as (

    select
        'odoo:' || product_id_odoo as product_match_id,
        product_id_odoo,
        sku,
        barcode,
        not is_deleted and coalesce(is_active, true) as is_live
    from {{ ref("stg_odoo__product_product") }}
    where product_id_odoo is not null

),

woocommerce_keyed as (

    select
        woocommerce_records.*,
        {{ mapped_sku_key("sku_mappings.sku", "woocommerce_records.sku") }} as sku_key,
        {{ long_key("nullif(ltrim(btrim(woocommerce_records.barcode), '0'), '')") }} as barcode_key
    from woocommerce_records
    left join {{ ref("stg_sync__sku_mappings") }} as sku_mappings
        on lower(btrim(woocommerce_records.sku)) = sku_mappings.shop_sku

),

odoo_keyed as (

    select
        *,
        {{ long_key(sku_key("sku")) }} as sku_key,
        {{ long_key("nullif(ltrim(btrim(barcode), '0'), '')") }} as barcode_key
    from odoo_records

),

woocommerce_skus as (

    select
        sku_key,
        count(*) filter (where is_live) as live_count
    from woocommerce_keyed
    where sku_key is not null
    group by sku_key

),

odoo_skus as (

    select
        sku_key,
        count(*) filter (where is_live) as live_count,
        coalesce(min(product_id_odoo) filter (where is_live), max(product_id_odoo)) as product_id_odoo
    from odoo_keyed
    where sku_key is not null
    group by sku_key

),

woocommerce_barcodes as (

    select
        woocommerce_keyed.barcode_key,
        count(*) filter (where woocommerce_keyed.is_live) as live_count
    from woocommerce_keyed
    left join odoo_skus on woocommerce_keyed.sku_key = odoo_skus.sku_key
    where woocommerce_keyed.barcode_key is not null and odoo_skus.sku_key is null
    group by woocommerce_keyed.barcode_key

),

-- Only products that no live web product claims by SKU: a barcode is the weaker sign.
odoo_barcodes as (

    select
        odoo_keyed.barcode_key,
        count(*) as live_count,
        min(odoo_keyed.product_id_odoo) as product_id_odoo,
        min(odoo_keyed.sku_key) as sku_key
    from odoo_keyed
    left join woocommerce_skus on odoo_keyed.sku_key = woocommerce_skus.sku_key
    where
        odoo_keyed.is_live
        and odoo_keyed.barcode_key is not null
        and coalesce(woocommerce_skus.live_count, 0) = 0
    group by odoo_keyed.barcode_key

),

woocommerce_matched as (

    select
        woocommerce_keyed.product_match_id,
        woocommerce_keyed.product_id_woocommerce,
        woocommerce_keyed.variation_id_woocommerce,
        woocommerce_keyed.sku_key,
        woocommerce_keyed.is_live,
        case
            when woocommerce_skus.live_count > 1 then 'sku_twice_in_woocommerce'
            when odoo_skus.live_count > 1 then 'sku_twice_in_odoo'
            when odoo_skus.live_count = 0 then 'archived_in_odoo'
            when odoo_skus.sku_key is null and odoo_barcodes.live_count >= 1 and woocommerce_barcodes.live_count > 1
                then 'barcode_twice_in_woocommerce'
            when odoo_skus.sku_key is null and odoo_barcodes.live_count > 1 then 'barcode_twice_in_odoo'
        end as match_problem,
        odoo_skus.product_id_odoo as product_id_odoo_by_sku,
        case when odoo_skus.sku_key is null then odoo_barcodes.product_id_odoo end as product_id_odoo_by_barcode,
        odoo_barcodes.sku_key as sku_key_by_barcode
    from woocommerce_keyed
    left join woocommerce_skus on woocommerce_keyed.sku_key = woocommerce_skus.sku_key
    left join odoo_skus on woocommerce_keyed.sku_key = odoo_skus.sku_key
    left join woocommerce_barcodes on woocommerce_keyed.barcode_key = woocommerce_barcodes.barcode_key
    left join odoo_barcodes on woocommerce_keyed.barcode_key = odoo_barcodes.barcode_key

),

woocommerce_named as (

    select
        *,
        case
            when not is_live then null
            when match_problem = 'archived_in_odoo' then 'sku'
            when match_problem is not null then null
            when product_id_odoo_by_sku is not null then 'sku'
            when product_id_odoo_by_barcode is not null then 'barcode'
        end as live_match_rule
    from woocommerce_matched

),

odoo_matched as (

    select
        odoo_keyed.product_match_id,
        odoo_keyed.product_id_odoo,
        odoo_keyed.sku_key,
        odoo_keyed.is_live,
        case
            when odoo_keyed.is_live and odoo_skus.live_count > 1 then 'sku_twice_in_odoo'
            when odoo_keyed.is_live and woocommerce_skus.live_count > 1 then 'sku_twice_in_woocommerce'
        end as match_problem,
        case
            when odoo_keyed.sku_key is null or odoo_skus.live_count > 1 or woocommerce_skus.live_count > 1
                then odoo_keyed.product_match_id
            else 'sku:' || odoo_keyed.sku_key
        end as product_id
    from odoo_keyed
    left join odoo_skus on odoo_keyed.sku_key = odoo_skus.sku_key
    left join woocommerce_skus on odoo_keyed.sku_key = woocommerce_skus.sku_key

),

both_systems as (

    select
        woocommerce_named.product_match_id,
        coalesce(
            odoo_matched.product_id,
            case
                when woocommerce_named.sku_key is null or woocommerce_named.match_problem is not null
                    then woocommerce_named.product_match_id
                else 'sku:' || woocommerce_named.sku_key
            end
        ) as product_id,
        woocommerce_named.sku_key,
        'woocommerce' as system,
        woocommerce_named.product_id_woocommerce,
        woocommerce_named.variation_id_woocommerce,
        odoo_matched.product_id_odoo,
        case
            when woocommerce_named.is_live then woocommerce_named.live_match_rule
            when odoo_matched.product_id_odoo is not null then 'sku'
        end as match_rule,
        case when woocommerce_named.is_live then woocommerce_named.match_problem end as match_problem,
        woocommerce_named.is_live
    from woocommerce_named
    left join odoo_matched
        on odoo_matched.product_id_odoo = case
            when woocommerce_named.match_problem is null or woocommerce_named.match_problem = 'archived_in_odoo'
                then coalesce(woocommerce_named.product_id_odoo_by_sku, woocommerce_named.product_id_odoo_by_barcode)
        end

    union all

    select
        product_match_id,
        product_id,
        sku_key,
        'odoo' as system,
        null::bigint as product_id_woocommerce,
        null::bigint as variation_id_woocommerce,
        product_id_odoo,
        null as match_rule,
        match_problem,
        is_live
    from odoo_matched

),

-- One record of each system speaks for the product: the live one, else the newest.
ranked as (

    select
        *,
        row_number() over (
            partition by product_id, system
            order by
                is_live desc, product_id_woocommerce desc nulls last,
                variation_id_woocommerce desc nulls last, product_id_odoo desc
        ) = 1 as is_primary
    from both_systems

),

wanted as (

    select
        product_match_id,
        product_id,
        sku_key,
        system,
        product_id_woocommerce,
        variation_id_woocommerce,
        product_id_odoo,
        match_rule,
        match_problem,
        product_id_odoo is not null as is_matched,
        is_live,
        is_primary,
        false as is_deleted
    from ranked

    {% if is_incremental() %}
    union all

    -- A record that is gone stays as a row, so that the sales which named it are looked at again.
    select
        old.product_match_id,
        old.product_match_id as product_id,
        old.sku_key,
        old.system,
        old.product_id_woocommerce,
        old.variation_id_woocommerce,
        case when old.system = 'odoo' then old.product_id_odoo end as product_id_odoo,
        null as match_rule,
        null as match_problem,
        false as is_matched,
        false as is_live,
        false as is_primary,
        true as is_deleted
    from {{ this }} as old
    left join ranked on old.product_match_id = ranked.product_match_id
    where ranked.product_match_id is null
    {% endif %}

)

select
    wanted.*,
    {{ var("build_id") }}::bigint as build_id
from wanted
{% if is_incremental() %}
left join {{ this }} as old on wanted.product_match_id = old.product_match_id
where
    old.product_match_id is null
    or (
        wanted.product_id, wanted.sku_key, wanted.product_id_odoo, wanted.match_rule, wanted.match_problem,
        wanted.is_live, wanted.is_primary, wanted.is_deleted
    ) is distinct from (
        old.product_id, old.sku_key, old.product_id_odoo, old.match_rule, old.match_problem,
        old.is_live, old.is_primary, old.is_deleted
    )
{% endif %}
