{{ config(
    materialized="table",
    indexes=[{"columns": ["currency_rate_key"], "unique": true}, {"columns": ["currency", "valid_from"]}],
) }}

{#- Odoo keeps how many units one of the company's currency buys; the books need the opposite. Its figure is a binary fraction
    (0.7292882147024504 for a rate of 1.3712), so that the quotient is exact to twelve decimals and no further.

    A company's own rate goes before one for all companies. The company is the one whose currency the business keeps its books
    in; of several the first. Where rates are given against a third currency, its own has rates too.
    A few rows a week: written anew by every build. -#}
with company as (

    select
        companies.company_id,
        companies.currency_id,
        currencies.currency
    from {{ ref("stg_odoo__res_company") }} as companies
    inner join {{ ref("stg_odoo__res_currency") }} as currencies on companies.currency_id = currencies.currency_id
    inner join {{ ref("stg_settings__business") }} as business on currencies.currency = business.currency
    where not companies.is_deleted
    order by companies.company_id
    limit 1

),

quoted as (

    select distinct on (rates.currency_id, rates.valid_from)
        rates.currency_id,
        rates.valid_from,
        rates.units_per_company_currency as units
    from {{ ref("stg_odoo__res_currency_rate") }} as rates
    inner join company on coalesce(rates.company_id, company.company_id) = company.company_id
    where
        not rates.is_deleted
        and rates.valid_from is not null
        and rates.units_per_company_currency > 0
    order by rates.currency_id asc, rates.valid_from asc, rates.company_id is null asc, rates.currency_rate_id asc

),

own as (

    select
        quoted.valid_from,
        quoted.units
    from quoted
    inner join company on quoted.currency_id = company.currency_id

),

inverted as (

    select
        currencies.currency,
        quoted.valid_from,
        trim_scale(round(coalesce(own_then.units, 1) / quoted.units, 12)) as rate,
        company.currency as company_currency
    from quoted
    inner join {{ ref("stg_odoo__res_currency") }} as currencies on quoted.currency_id = currencies.currency_id
    cross join company
    left join lateral (
        select own.units
        from own
        where own.valid_from <= quoted.valid_from
        order by own.valid_from desc
        limit 1
    ) as own_then on true
    where quoted.currency_id <> company.currency_id

)

select
    currency || ':' || valid_from as currency_rate_key,
    currency,
    valid_from,
    lead(valid_from) over (partition by currency order by valid_from) as valid_to,
    rate,
    company_currency,
    {{ var("build_id") }}::bigint as build_id
from inverted
