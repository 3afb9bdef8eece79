{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["order_tax_due_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- What our own dated tables make of each order: every tax in force on its day where it is supplied, once on the sum of what the
-- tax takes, half a cent up. A tax that the business is not registered for, or a customer is exempt from, stands with 0.
with places as (

    select * from {{ ref("int_order_places") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

order_lines as (

    select * from {{ ref("int_order_lines_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

shipping_lines as (

    select * from {{ ref("stg_woocommerce__order_shipping_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

fee_lines as (

    select * from {{ ref("stg_woocommerce__order_fee_lines") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

lists as (

    select * from {{ ref("stg_settings__lists") }}

),

gift_card_skus as (

    select
        {{ sku_key("value") }} as sku_key,
        'gift_card' as product_class
    from lists
    where list = 'gift_card_sku'

),

source_classes as (

    select * from {{ ref("stg_settings__tax_classes") }}

),

-- The class of a line: a gift card by its SKU, then the shop's own tax class, then the product's category.
parts as (

    select
        order_lines.order_id,
        'goods' as part,
        coalesce(
            gift_card_skus.product_class, source_classes.product_class, by_category.product_class, 'standard'
        ) as product_class,
        coalesce(order_lines.total_amount, 0) as amount
    from order_lines
    left join gift_card_skus on {{ sku_key("order_lines.sku") }} = gift_card_skus.sku_key
    left join source_classes on coalesce(order_lines.tax_class, 'standard') = source_classes.source_class
    left join {{ ref("int_products_classed") }} as by_category
        on order_lines.product_id_woocommerce = by_category.product_id_woocommerce and not by_category.is_deleted

    union all

    select
        order_id,
        'shipping' as part,
        'shipping' as product_class,
        coalesce(total_amount, 0) as amount
    from shipping_lines

    union all

    -- A tip is no supply.
    select
        order_id,
        'fee' as part,
        'standard' as product_class,
        coalesce(total_amount, 0) as amount
    from fee_lines
    where
        fee_name is null
        or lower(btrim(fee_name)) not in (select lists.value from lists where lists.list = 'tip_name')

),

placed_parts as (

    select
        parts.*,
        places.order_date,
        places.province
    from parts
    inner join places on parts.order_id = places.order_id
    where places.province is not null

),

-- Looked up once per day, province and class, not once per line.
combinations as (

    select distinct
        order_date,
        province,
        product_class
    from placed_parts

),

class_rates as (

    select
        combinations.*,
        tax_rates.tax,
        tax_rates.tax_rate as standard_rate,
        coalesce(treatment.treatment, 'taxable') as treatment,
        case coalesce(treatment.treatment, 'taxable')
            when 'taxable' then tax_rates.tax_rate
            when 'point_of_sale_rebate' then federal.tax_rate
            when 'follows_goods' then null
            else 0
        end as tax_rate
    from combinations
    inner join {{ ref("tax_rates") }} as tax_rates
        on
            combinations.province = tax_rates.province
            and combinations.order_date between tax_rates.valid_from and coalesce(tax_rates.valid_to, 'infinity'::date)
    -- The federal part of the HST is what GST is in a territory that has nothing else.
    left join {{ ref("tax_rates") }} as federal
        on
            federal.province = 'YT'
            and federal.tax = 'GST'
            and combinations.order_date between federal.valid_from and coalesce(federal.valid_to, 'infinity'::date)
    left join lateral (
        select tax_classes.treatment
        from {{ ref("tax_classes") }} as tax_classes
        where
            tax_classes.product_class = combinations.product_class
            and tax_classes.tax in (tax_rates.tax, '*')
            and tax_classes.province in (combinations.province, '*')
            and combinations.order_date between tax_classes.valid_from and coalesce(tax_classes.valid_to, 'infinity'::date)
        order by tax_classes.tax = '*', tax_classes.province = '*'
        limit 1
    ) as treatment on true

),

-- Shipping has the highest rate of the goods it brings; without goods, the rate of the tax.
rated as (

    select
        placed_parts.order_id,
        placed_parts.amount,
        class_rates.tax,
        class_rates.standard_rate,
        coalesce(
            class_rates.tax_rate,
            max(class_rates.tax_rate) filter (where placed_parts.part = 'goods' and placed_parts.product_class <> 'gift_card')
                over (partition by placed_parts.order_id, class_rates.tax),
            class_rates.standard_rate
        ) as tax_rate
    from placed_parts
    inner join class_rates
        on
            placed_parts.order_date = class_rates.order_date
            and placed_parts.province = class_rates.province
            and placed_parts.product_class = class_rates.product_class

),

summed as (

    select
        order_id,
        tax,
        max(standard_rate) as tax_rate,
        coalesce(sum(amount) filter (where tax_rate > 0), 0) as taxable_amount,
        coalesce(sum(amount) filter (where tax_rate = 0), 0) as untaxed_amount,
        {{ money("sum(amount * tax_rate)") }} as tax_amount,
        count(*) filter (where tax_rate > 0 and amount <> 0)::integer as taxed_parts
    from rated
    group by order_id, tax

),

registrations as (

    select * from {{ ref("stg_settings__tax_registrations") }}

),

joined as (

    select
        summed.*,
        places.province,
        places.is_exempt,
        registrations.tax is not null as is_registered,
        places.prices_include_tax
    from summed
    inner join places on summed.order_id = places.order_id
    -- One at a time: the settings see to it.
    left join registrations
        on
            summed.tax = registrations.tax
            and places.province = registrations.province
            and places.order_date
            between registrations.registered_from and coalesce(registrations.registered_to, 'infinity'::date)

)

select
    order_id || ':' || tax || ':' || province as order_tax_due_id,
    order_id,
    tax,
    province,
    tax_rate,
    taxable_amount,
    untaxed_amount,
    case when is_registered and not is_exempt then tax_amount else 0 end as tax_amount,
    taxed_parts,
    is_registered,
    is_exempt,
    -- The shop rounds each line's tax: half a cent a line. Where its prices include tax, what is left of a price after one or
    -- two rounded taxes is off by as much.
    0.005 * taxed_parts * case when prices_include_tax then 1 + 2 * tax_rate else 1 end as rounding_amount,
    {{ var("build_id") }}::bigint as build_id
from joined
