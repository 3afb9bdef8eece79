{{ config(
    unique_key="postage_id",
    meta={"changed": "int_postage_changed"},
    indexes=[
        {"columns": ["postage_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["postage_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with on_bills as (

    select
        'files:' || stated.reference as postage_id,
        'files' as system,
        stated.*
    from {{ ref("stg_files__postage") }} as stated
    {{ where_changed("stated.reference", "int_postage_changed") }}

),

-- Labels that we bought: what they cost is known the moment they are there, and the bill's line of the same parcel waits.
labels as (

    select * from {{ ref("parcels") }}
    {{ where_changed("parcel_id", "int_postage_changed", "reference") }}
    and label_state in ('confirmed', 'voided') and amount is not null

),

postage as (

    select
        on_bills.postage_id,
        on_bills.system,
        on_bills.reference,
        on_bills.postage_date,
        on_bills.order_number,
        on_bills.service,
        on_bills.tracking_number,
        on_bills.currency,
        on_bills.amount,
        on_bills.gst_amount,
        on_bills.hst_amount,
        on_bills.hst_province,
        on_bills.qst_amount,
        on_bills.is_deleted,
        on_bills.problems,
        on_bills.extracted_at,
        parcels.tracking_number is not null as is_label_bought
    from on_bills
    left join {{ ref("parcels") }} as parcels
        on
            on_bills.tracking_number = parcels.tracking_number
            and parcels.label_state = 'confirmed' and parcels.amount is not null

    union all

    select
        'canadapost:' || parcel_id as postage_id,
        'canadapost' as system,
        parcel_id as reference,
        (bought_at at time zone time_zone)::date as postage_date,
        order_number,
        service_code as service,
        tracking_number,
        'CAD' as currency,
        amount,
        gst_amount,
        hst_amount,
        case when hst_amount <> 0 then delivery_province end as hst_province,
        qst_amount,
        is_voided as is_deleted,
        array[]::text[] as problems,
        bought_at as extracted_at,
        false as is_label_bought
    from labels

),

orders as (

    select
        order_number,
        min(order_id) as order_id
    from {{ ref("orders") }}
    where channel = 'web' and order_number in (select postage.order_number from postage)
    group by order_number

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

-- A tax on what is bought comes back to those who are registered for it; to others it is a part of the cost.
registrations as (

    select
        postage.postage_id,
        coalesce(bool_or(registered.tax in ('GST', 'HST')), false) as is_gst_hst_recoverable,
        coalesce(bool_or(registered.tax = 'QST'), false) as is_qst_recoverable
    from postage
    left join {{ ref("stg_settings__tax_registrations") }} as registered
        on
            postage.postage_date >= registered.registered_from
            and (postage.postage_date <= registered.registered_to or registered.registered_to is null)
    group by postage.postage_id

),

joined as (

    select
        postage.*,
        orders.order_id,
        coalesce(postage.currency, business.currency) as stated_currency,
        business.currency as books_currency,
        business.books_start_date,
        postage.amount + postage.gst_amount + postage.hst_amount + postage.qst_amount as total_amount,
        registrations.is_gst_hst_recoverable,
        registrations.is_qst_recoverable
    from postage
    inner join registrations on postage.postage_id = registrations.postage_id
    left join orders on postage.order_number = orders.order_number
    left join business on true

),

waiting as (

    select
        joined.*,
        case
            when is_deleted and system = 'canadapost' then 'its label is void'
            when is_deleted then 'taken away'
            when is_label_bought then 'its label is in the books: shipping_costs compares the two'
            when problems <> array[]::text[] then 'it cannot be read in full'
            when stated_currency <> books_currency then 'in ' || stated_currency || ': give the amounts in ' || books_currency
            when gst_amount <> 0 and hst_amount <> 0 then 'GST and HST on one parcel: it is one or the other'
            when hst_amount <> 0 and hst_province is null then 'the province of its HST is missing'
            when postage_date < books_start_date then 'before the books start'
            when amount = 0 and total_amount = 0 then 'nothing to post'
        end as ledger_wait_reason
    from joined

)

select
    postage_id,
    system,
    reference,
    postage_date,
    order_id,
    order_number,
    service,
    tracking_number,
    stated_currency as currency,
    amount,
    gst_amount,
    hst_amount,
    hst_province,
    qst_amount,
    total_amount,
    is_gst_hst_recoverable,
    is_qst_recoverable,
    is_deleted,
    ledger_wait_reason is null as is_ledger_due,
    ledger_wait_reason,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from waiting
