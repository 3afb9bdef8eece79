{{ config(materialized="table", indexes=[{"columns": ["product_id"], "unique": true}]) }}

-- What the shop is to say of each product whose stock it manages: with none left and something on its way that nobody was
-- promised, it may be ordered, and is expected that day. What the shop allowed before comes back with the stock.
with products as (

    select * from {{ ref("products") }}
    where is_on_web and is_stock_managed_on_web and is_stock_counted and product_id_odoo is not null and match_problem is null

),

stock as (

    select * from {{ ref("stock_by_sku") }}

),

in_shop as (

    select
        product_id_woocommerce,
        null::bigint as variation_id_woocommerce,
        backorders,
        expected_date,
        backorders_before,
        extracted_at
    from {{ ref("stg_woocommerce__products") }}
    where not is_deleted

    union all

    select
        product_id_woocommerce,
        variation_id_woocommerce,
        backorders,
        expected_date,
        backorders_before,
        extracted_at
    from {{ ref("stg_woocommerce__product_variations") }}
    where not is_deleted

),

promised as (

    select
        purchase_order_line_id,
        sum(quantity) as quantity
    from {{ ref("allocations") }}
    where source = 'inbound'
    group by purchase_order_line_id

),

settings as (

    select
        (now() at time zone coalesce(business.time_zone, 'UTC'))::date as today,
        coalesce(promises.receiving_days, 0) as receiving_days
    from {{ ref("stg_settings__business") }} as business
    left join {{ ref("stg_settings__promises") }} as promises on true

),

inbound_lines as (

    select
        products.product_id,
        lines.purchase_order_line_id,
        lines.open_quantity,
        (lines.expected_at at time zone coalesce(business.time_zone, 'UTC'))::date as expected_date
    from {{ ref("int_open_purchase_order_lines") }} as lines
    inner join {{ ref("products") }} as products on lines.product_id_odoo = products.product_id_odoo
    left join {{ ref("int_stock_locations_sold") }} as locations on lines.location_id = locations.location_id
    left join {{ ref("stg_settings__business") }} as business on true
    where lines.location_id is null or locations.is_sold_from_web

),

-- The first unit that is nobody's yet. One that is overdue has no day.
inbound as (

    select
        lines.product_id,
        sum(lines.open_quantity - coalesce(promised.quantity, 0)) as quantity,
        min(lines.expected_date) filter (where lines.expected_date >= settings.today) + min(settings.receiving_days)
            as expected_date
    from inbound_lines as lines
    left join promised on lines.purchase_order_line_id = promised.purchase_order_line_id
    cross join settings
    where lines.open_quantity > coalesce(promised.quantity, 0)
    group by lines.product_id

),

joined as (

    select
        products.product_id,
        products.product_id_woocommerce,
        products.variation_id_woocommerce,
        products.sku,
        stock.available_quantity,
        coalesce(inbound.quantity, 0) as inbound_quantity,
        inbound.expected_date,
        coalesce(in_shop.backorders, 'no') as backorders_seen,
        in_shop.backorders_before,
        in_shop.expected_date as expected_date_seen,
        in_shop.extracted_at as observed_at,
        stock.available_quantity <= 0 and coalesce(inbound.quantity, 0) > 0 as is_offered,
        -- Staff took back what we allowed: it stays so until the stock is there.
        coalesce(in_shop.backorders_before is not null and in_shop.backorders <> 'notify', false) as is_overruled
    from products
    inner join stock on products.product_id = stock.product_id
    inner join in_shop
        on
            products.product_id_woocommerce = in_shop.product_id_woocommerce
            and products.variation_id_woocommerce is not distinct from in_shop.variation_id_woocommerce
    left join inbound on products.product_id = inbound.product_id
    where not stock.is_negative and not stock.is_unreadable

),

wanted as (

    select
        *,
        case
            when is_overruled then backorders_seen
            when is_offered and backorders_seen = 'no' then 'notify'
            when not is_offered then coalesce(backorders_before, backorders_seen)
            else backorders_seen
        end as backorders_wanted,
        case
            when is_overruled and available_quantity <= 0 then backorders_before
            when is_overruled or not is_offered then null
            when backorders_seen = 'no' then 'no'
            else backorders_before
        end as before_wanted,
        case when is_offered and not is_overruled then to_char(expected_date, 'YYYY-MM-DD') end as expected_date_wanted
    from joined

)

select
    product_id,
    product_id_woocommerce,
    variation_id_woocommerce,
    sku,
    available_quantity,
    inbound_quantity,
    is_offered and not is_overruled as is_offered,
    backorders_wanted,
    before_wanted as backorders_before_wanted,
    expected_date_wanted,
    backorders_seen,
    (
        (backorders_wanted is distinct from backorders_seen)
        or (before_wanted is distinct from backorders_before)
        or (expected_date_wanted is distinct from expected_date_seen)
    ) as is_due,
    observed_at,
    {{ var("build_id") }}::bigint as build_id
from wanted
