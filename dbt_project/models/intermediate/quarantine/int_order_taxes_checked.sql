{{ config(
    unique_key="order_id",
    meta={"changed": "int_orders_changed"},
    indexes=[
        {"columns": ["tax_check_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Each tax of an order as it was charged beside what our own tables make of it. Ours is a check: the shop's own tax is what is
-- booked, and within the cap a difference is only shown.
with order_taxes as (

    select * from {{ ref("int_order_taxes_unioned") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

due as (

    select * from {{ ref("int_order_taxes_due") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

places as (

    select * from {{ ref("int_order_places") }}
    {{ where_changed("order_id", "int_orders_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

-- 5 % on books in Ontario is HST less its provincial part: shops call it GST.
named as (

    select
        order_taxes.*,
        case
            when order_taxes.tax = 'GST' and due.tax is not null then 'HST'
            else order_taxes.tax
        end as tax_checked
    from order_taxes
    left join due
        on
            order_taxes.order_id = due.order_id
            and order_taxes.province = due.province
            and due.tax = 'HST'

),

charged as (

    select
        order_id,
        tax_checked as tax,
        province,
        coalesce(sum(tax_amount), 0) as tax_amount,
        sum(taxable_amount) as taxable_amount,
        sum(taxed_parts) as taxed_parts,
        max(tax_rate) as tax_rate,
        string_agg(distinct tax_code_source, ', ' order by tax_code_source) as tax_code_source
    from named
    group by order_id, tax_checked, province

),

joined as (

    select
        places.order_id,
        coalesce(charged.tax, due.tax) as tax,
        coalesce(charged.province, due.province) as province,
        places.order_date,
        places.place_reason,
        places.province as place_province,
        charged.tax_code_source,
        charged.tax_rate as charged_rate,
        charged.taxable_amount as charged_taxable_amount,
        coalesce(charged.tax_amount, 0) as charged_tax_amount,
        due.tax_rate as rate_in_force,
        due.taxable_amount,
        due.untaxed_amount,
        coalesce(due.tax_amount, 0) as due_tax_amount,
        due.order_tax_due_id is not null as is_in_force,
        due.is_registered,
        due.is_exempt,
        greatest(
            coalesce(business.rounding_cap, 0), due.rounding_amount, 0.005 * coalesce(charged.taxed_parts, 0)
        ) as tolerance_amount,
        tax_rates.tax is not null as is_known,
        coalesce(places.province in (select known.province from {{ ref("tax_rates") }} as known), false) as is_place_known
    from charged
    full outer join due
        on charged.order_id = due.order_id and charged.tax = due.tax and charged.province = due.province
    inner join places on coalesce(charged.order_id, due.order_id) = places.order_id
    left join {{ ref("tax_rates") }} as tax_rates
        on
            charged.tax = tax_rates.tax
            and charged.province = tax_rates.province
            and places.order_date between tax_rates.valid_from and coalesce(tax_rates.valid_to, 'infinity'::date)
    left join business on true
    where charged.order_id is not null or (places.is_sale and due.tax_amount <> 0)

),

judged as (

    select
        *,
        case
            when charged_tax_amount = due_tax_amount then 'agrees'
            when is_in_force and is_exempt then 'exempt_customer'
            when is_in_force and not is_registered then 'not_registered'
            when is_in_force and abs(charged_tax_amount - due_tax_amount) <= tolerance_amount then 'within_cap'
            when is_in_force and charged_tax_amount = 0 then 'not_charged'
            when is_in_force then 'amount'
            when not is_known then 'unknown'
            when place_reason = 'abroad' then 'abroad'
            when not is_place_known then 'no_place'
            else 'wrong_province'
        end as state
    from joined

),

worded as (

    select
        *,
        'has ' || charged_tax_amount || ' of ' || concat_ws(' ', tax, province) as charged,
        trim_scale(rate_in_force * 100) || ' % on ' || taxable_amount as rate_text
    from judged

)

select
    order_id || ':' || coalesce(tax, '') || ':' || coalesce(province, '') as tax_check_id,
    order_id,
    tax,
    province,
    order_date,
    place_reason,
    place_province,
    tax_code_source,
    charged_rate,
    charged_taxable_amount,
    charged_tax_amount,
    rate_in_force,
    taxable_amount,
    untaxed_amount,
    due_tax_amount,
    charged_tax_amount - due_tax_amount as difference,
    tolerance_amount,
    state,
    case state
        when 'amount'
            then
                charged || ' on ' || charged_taxable_amount || '; ' || rate_text || ' would be ' || due_tax_amount
                || '. Correct the rate in the shop, or the class of its goods in settings.toml [tax_classes]'
        when 'not_charged'
            then
                'has no ' || tax || ' ' || province || '; ' || rate_text || ' would be ' || due_tax_amount
                || '. Charge it, or name the class of its goods or its customer in settings.toml'
        when 'not_registered'
            then
                charged || ', for which the business was not registered on ' || order_date
                || '. Switch that rate off in the shop, or add the registration to settings.toml'
        when 'exempt_customer'
            then charged || ', but its customer is exempt. Give it back, or correct exempt_customers in settings.toml'
        when 'unknown'
            then
                'has a tax that nobody knows (' || tax || ' in ' || coalesce(province, 'no province') || ', '
                || coalesce(tax_code_source, 'no code')
                || '). Correct its name in the shop, or add it to seeds/tax_rates.csv'
        when 'abroad' then charged || ', but goes abroad. Correct its address, or give the tax back'
        when 'no_place' then charged || ', but its address names no province that is known. Correct it in the shop'
        when 'wrong_province'
            then
                charged || ', but is supplied in ' || place_province || ' (' || place_reason
                || '). Correct its address, or the rates in the shop'
    end as problem,
    {{ var("build_id") }}::bigint as build_id
from worded
