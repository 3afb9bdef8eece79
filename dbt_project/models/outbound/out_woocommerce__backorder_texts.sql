{{ config(
    materialized="table",
    unique_key="write_key",
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["build_id"]},
    ],
    meta={"system": "woocommerce", "thing": "backorder_text"},
) }}

-- Whether the shop takes orders for what it has none left of, and when that is expected.
with offers as (

    select
        *,
        case
            when variation_id_woocommerce is null then 'product:' || product_id_woocommerce
            else 'variation:' || variation_id_woocommerce
        end as write_key,
        jsonb_build_object(
            'product_id', product_id_woocommerce,
            'variation_id', variation_id_woocommerce,
            'sku', left(sku, 100),
            'backorders', backorders_wanted,
            'expected_date', expected_date_wanted,
            'backorders_before', backorders_before_wanted
        ) as payload
    from {{ ref("backorder_offers") }}

)

select
    write_key,
    'level' as write_kind,
    product_id,
    sku,
    backorders_wanted,
    expected_date_wanted,
    backorders_seen as observed_backorders,
    is_due,
    payload,
    md5(payload::text) as payload_hash,
    null::text as hold_class,
    null::text as hold_reason,
    observed_at,
    {{ var("build_id") }}::bigint as build_id
from offers
