{{ config(
    unique_key="bank_line_id",
    meta={"changed": "int_bank_lines_changed"},
    indexes=[
        {"columns": ["bank_line_id"], "unique": true},
        {"columns": ["bank_date"]},
        {"columns": ["kind", "bank_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with lines as (

    select * from {{ ref("int_bank_lines_unioned") }}
    {{ where_changed("bank_line_id", "int_bank_lines_changed") }}

),

ledger as (

    select * from {{ ref("stg_settings__ledger") }}

),

fee_words as (

    select value as fee_word
    from {{ ref("stg_settings__lists") }}
    where list = 'bank_fee_word'

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

named as (

    select
        lines.*,
        coalesce(lines.currency, business.currency) as stated_currency,
        business.currency as books_currency,
        business.books_start_date,
        lines.source = case ledger.bank_lines when 'file' then 'files' else 'odoo' end as is_counted,
        case
            when lines.description ilike '%stripe%' then 'payout'
            when exists (select 1 from fee_words where position(fee_words.fee_word in lower(lines.description)) > 0) then 'fee'
            else 'other'
        end as kind
    from lines
    left join business on true
    left join ledger on true

),

waiting as (

    select
        named.*,
        case
            when not is_counted and source = 'files' then 'the bank''s lines are taken from Odoo, not from files'
            when not is_counted then 'the bank''s lines are taken from files, not from Odoo'
            when is_deleted then 'taken away'
            when is_unreadable then 'it cannot be read in full'
            when kind = 'payout' then 'a payout is booked by Stripe''s own record of it'
            when kind = 'other' then 'neither a payout nor a fee: booked where it belongs, by hand'
            when is_reconciled then 'matched in Odoo, which books it'
            when stated_currency <> books_currency then 'in ' || stated_currency || ', and the books are in ' || books_currency
            when bank_date < books_start_date then 'before the books start'
            when amount = 0 then 'nothing to post'
        end as ledger_wait_reason
    from named

)

select
    bank_line_id,
    source,
    account,
    bank_date,
    amount,
    stated_currency as currency,
    description,
    kind,
    is_counted,
    is_reconciled,
    is_deleted,
    ledger_wait_reason is null as is_ledger_due,
    ledger_wait_reason,
    extracted_at,
    {{ var("build_id") }}::bigint as build_id
from waiting
