{{ config(materialized="view") }}

-- The working paper behind every tax return: each line of the books on a tax account, once. Ours by the role it was posted for,
-- Odoo's own (the till's closing, a bill) by the tax that Odoo says it is of.
with tax_accounts as (

    select * from {{ ref("int_tax_accounts") }}

),

bases as (

    select * from {{ ref("int_ledger_tax_bases") }}

),

posted as (

    select
        lines.*,
        split_part(lines.role, '.', 1) = 'tax_recoverable' as is_recoverable,
        split_part(lines.role, '.', 2) as tax,
        nullif(split_part(lines.role, '.', 3), '') as province,
        row_number() over (partition by lines.write_key, lines.role order by lines.line_key) = 1 as is_first_of_role
    from {{ ref("ledger_lines_posted") }} as lines
    where lines.is_confirmed and (lines.role like 'tax.%' or lines.role like 'tax\_recoverable.%')

),

ours as (

    select
        'counterflow:' || posted.ledger_line_posted_id as tax_return_line_id,
        coalesce(entries.ledger_entry_id, posted.ledger_entry_id) as ledger_entry_id,
        coalesce(entries.entry_number, postings.entry_number) as entry_number,
        posted.entry_date,
        posted.account_code,
        posted.line_name,
        events.event_id,
        events.event_kind,
        events.order_id,
        posted.tax,
        posted.province,
        case when posted.is_recoverable then 'recoverable' else 'collected' end as kind,
        case when posted.is_first_of_role then bases.base_amount end as base_amount,
        bases.base_amount is not null as has_base,
        posted.credit_amount - posted.debit_amount as movement_amount,
        posted.build_id
    from posted
    inner join {{ ref("ledger_postings") }} as postings on posted.write_key = postings.write_key
    left join {{ ref("ledger_entries") }} as entries on postings.external_id = entries.external_id
    left join {{ ref("ledger_events") }} as events on posted.base_key = events.event_id
    left join bases on posted.write_key = bases.write_key and posted.role = bases.role

),

odoos as (

    select
        lines.ledger_line_id as tax_return_line_id,
        lines.ledger_entry_id,
        entries.entry_number,
        entries.entry_date,
        lines.account_code,
        coalesce(lines.name, entries.ref) as line_name,
        null::text as event_id,
        null::text as event_kind,
        null::text as order_id,
        case when lines.tax_id_odoo is not null then coalesce({{ odoo_tax_code("taxes.tax_name") }}, tax_accounts.tax) end as tax,
        case
            when lines.tax_id_odoo is not null
                then coalesce({{ odoo_tax_province("taxes.tax_name") }}, tax_accounts.province)
        end as province,
        case
            when lines.tax_id_odoo is null then 'other'
            when tax_accounts.is_recoverable or taxes.tax_use = 'purchase' then 'recoverable'
            else 'collected'
        end as kind,
        null::numeric as base_amount,
        false as has_base,
        lines.credit_amount - lines.debit_amount as movement_amount,
        lines.build_id,
        tax_accounts.authority as account_authority
    from {{ ref("ledger_lines") }} as lines
    inner join {{ ref("ledger_entries") }} as entries on lines.ledger_entry_id = entries.ledger_entry_id
    left join tax_accounts on lines.account_code = tax_accounts.account_code
    left join {{ ref("stg_odoo__account_tax") }} as taxes on lines.tax_id_odoo = taxes.tax_id
    where
        not lines.is_deleted
        and entries.is_posted
        and (entries.external_id is null or entries.external_id not like 'counterflow.ledger\_entry\_%')
        and (tax_accounts.account_code is not null or lines.tax_id_odoo is not null)
        and lines.debit_amount <> lines.credit_amount

),

unioned as (

    select
        ours.*,
        null::text as account_authority
    from ours

    union all

    select * from odoos

)

select
    tax_return_line_id,
    coalesce({{ tax_authority("tax", "province") }}, account_authority, 'unassigned') as authority,
    date_trunc('month', entry_date)::date as period,
    entry_date,
    tax,
    province,
    kind,
    base_amount,
    has_base,
    case when kind = 'recoverable' then -movement_amount else movement_amount end as tax_amount,
    movement_amount,
    account_code,
    line_name,
    ledger_entry_id,
    entry_number,
    event_id,
    event_kind,
    order_id,
    build_id
from unioned
