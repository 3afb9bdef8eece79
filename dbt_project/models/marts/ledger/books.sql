{{ config(materialized="view") }}

-- The books as a whole. A day up to the lock is closed: what belongs to it is entered on the first open day. Odoo's lock
-- for tax returns moves only entries with its own tax fields, which ours do not have; it closes a day for us all the same.
with business as (

    select * from {{ ref("stg_settings__business") }}

),

company as (

    select *
    from {{ ref("stg_odoo__res_company") }}
    where not is_deleted
    order by company_id
    limit 1

)

select
    'books' as books_id,
    business.currency,
    business.time_zone,
    business.books_start_date,
    greatest(company.fiscalyear_lock_date, company.tax_lock_date, company.hard_lock_date) as locked_until,
    (now() at time zone business.time_zone)::date as today
from business
left join company on true
