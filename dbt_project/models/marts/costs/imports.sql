{{ config(
    unique_key="import_id",
    meta={"changed": "int_imports_changed"},
    indexes=[
        {"columns": ["import_id"], "unique": true},
        {"columns": ["import_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with imports as (

    select
        'files:' || reference as import_id,
        stated.*
    from {{ ref("stg_files__imports") }} as stated
    {{ where_changed("stated.reference", "int_imports_changed") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

registrations as (

    select
        imports.import_id,
        coalesce(bool_or(registered.tax in ('GST', 'HST')), false) as is_gst_recoverable
    from imports
    left join {{ ref("stg_settings__tax_registrations") }} as registered
        on
            imports.import_date >= registered.registered_from
            and (imports.import_date <= registered.registered_to or registered.registered_to is null)
    group by imports.import_id

),

-- What customs charges on goods for a business is GST in every province.
gst_rates as (

    select distinct
        tax_rate,
        valid_from,
        valid_to
    from {{ ref("tax_rates") }}
    where tax = 'GST' and province = 'AB'

),

joined as (

    select
        imports.*,
        coalesce(imports.currency, business.currency) as stated_currency,
        business.currency as books_currency,
        business.books_start_date,
        gst_rates.tax_rate as gst_rate,
        {{ money("imports.cost_amount * imports.duty_rate") }} as computed_duty_amount,
        coalesce(
            imports.duty_amount,
            {{ money("imports.cost_amount * imports.duty_rate") }},
            case when imports.duty_rate is null then 0 end
        ) as paid_duty_amount,
        registrations.is_gst_recoverable
    from imports
    inner join registrations on imports.import_id = registrations.import_id
    left join business on true
    left join gst_rates
        on imports.import_date between gst_rates.valid_from and coalesce(gst_rates.valid_to, 'infinity')

),

computed as (

    select
        joined.*,
        {{ money("(cost_amount + paid_duty_amount) * gst_rate") }} as computed_gst_amount
    from joined

),

waiting as (

    select
        computed.*,
        case
            when is_deleted then 'taken away'
            when problems <> array[]::text[] then 'it cannot be read in full'
            when stated_currency <> books_currency
                then 'in ' || stated_currency || ': give the amounts of the customs form, in ' || books_currency
            when paid_duty_amount is null then 'the duty is missing: without the cost its rate does not give it'
            when abs(duty_amount - computed_duty_amount) > 0.01
                then 'the duty is ' || computed_duty_amount || ' by its rate, and ' || duty_amount || ' in the file'
            when gst_amount is null then 'the GST is missing: write 0.00 where customs charged none'
            when gst_amount <> 0 and abs(gst_amount - computed_gst_amount) > 0.01
                then 'the GST is ' || computed_gst_amount || ' by its rate, and ' || gst_amount || ' in the file'
            when import_date < books_start_date then 'before the books start'
            when coalesce(cost_amount, 0) = 0 and paid_duty_amount = 0 and gst_amount = 0 and broker_fee_amount = 0
                then 'nothing to post'
        end as ledger_wait_reason
    from computed

)

select
    import_id,
    reference,
    import_date,
    supplier,
    description,
    stated_currency as currency,
    cost_amount,
    duty_rate,
    paid_duty_amount as duty_amount,
    gst_amount,
    broker_fee_amount,
    coalesce(cost_amount, 0) + paid_duty_amount + broker_fee_amount as landed_amount,
    paid_duty_amount + gst_amount + broker_fee_amount as customs_amount,
    is_gst_recoverable,
    is_deleted,
    ledger_wait_reason is null as is_ledger_due,
    ledger_wait_reason,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from waiting
