{{ config(
    materialized="table",
    unique_key="write_key",
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["build_id"]},
    ],
    meta={"system": "woocommerce", "thing": "stock_level"},
) }}

with products as (

    select *
    from {{ ref("products") }}
    where
        is_on_web
        and is_stock_managed_on_web
        and (product_id_odoo is not null or match_problem is not null)

),

stock as (

    select * from {{ ref("stock_by_sku") }}

),

-- A level says which orders it knows of: it is not sent once a newer one has come in. An order that claims to be
-- changed after it was read must not speak for all that come in until then.
newest_order as (

    select modified_at
    from {{ ref("orders") }}
    where channel = 'web' and modified_at <= extracted_at + interval '1 hour'
    order by modified_at desc
    limit 1

),

held as (

    select
        products.*,
        stock.available_quantity,
        case
            when products.match_problem like 'sku_twice%'
                then 'SKU ' || left(products.sku, 64) || ' is on more than one product in '
                || case products.match_problem when 'sku_twice_in_odoo' then 'Odoo' else 'WooCommerce' end
                || '; give each product its own'
            when products.match_problem like 'barcode_twice%'
                then 'its barcode is on more than one product in '
                || case products.match_problem when 'barcode_twice_in_odoo' then 'Odoo' else 'WooCommerce' end
                || '; give it the SKU it has in Odoo'
            when products.match_problem = 'archived_in_odoo'
                then 'SKU ' || left(products.sku, 64) || ' is archived in Odoo; unarchive it, or take it off the web'
            when not products.is_stock_counted
                then 'Odoo does not count the stock of ' || left(coalesce(products.sku, products.product_name), 64)
                || '; set it to be tracked there, or let the shop stop managing its stock'
            when stock.is_unreadable then 'Odoo''s stock of ' || left(products.sku, 64) || ' cannot be read'
            when stock.is_negative
                then 'Odoo has less than none of ' || left(coalesce(products.sku, products.product_name), 64)
                || ' (' || stock.negative_locations || '); count it there'
            when stock.available_quantity <> floor(stock.available_quantity)
                then 'available is ' || stock.available_quantity || ', which is not whole units; count it in Odoo'
            when stock.available_quantity > 2147483647 then 'available is ' || stock.available_quantity || '; count it in Odoo'
        end as hold_reason
    from products
    left join stock on products.product_id = stock.product_id

),

levels as (

    select
        held.*,
        -- Where the truth is not known the level stays as it is.
        case
            when held.hold_reason is null or held.available_quantity between 0 and 2147483647
                then floor(held.available_quantity)
            else least(greatest(floor(coalesce(held.web_stock_quantity, 0)), 0), 2147483647)
        end::integer as quantity
    from held

),

final as (

    select
        'product:' || product_id_woocommerce as write_key,
        *
    from levels
    where variation_id_woocommerce is null

    union all

    select
        'variation:' || variation_id_woocommerce as write_key,
        *
    from levels
    where variation_id_woocommerce is not null

),

payloads as (

    select
        final.*,
        jsonb_build_object(
            'product_id', final.product_id_woocommerce,
            'variation_id', final.variation_id_woocommerce,
            'sku', left(final.sku, 100),
            'quantity', final.quantity
        ) as payload
    from final

)

select
    payloads.write_key,
    'level' as write_kind,
    payloads.payload,
    md5(payloads.payload::text) as payload_hash,
    case when payloads.hold_reason is not null then 'needs_person' end as hold_class,
    payloads.hold_reason,
    payloads.product_id,
    payloads.product_id_woocommerce,
    payloads.variation_id_woocommerce,
    payloads.sku,
    payloads.quantity,
    least(greatest(round(payloads.web_stock_quantity), -2147483648), 2147483647)::integer as observed_quantity,
    payloads.web_stock_observed_at as observed_at,
    newest_order.modified_at as newest_order_at,
    {{ var("build_id") }}::bigint as build_id
from payloads
left join newest_order on true
