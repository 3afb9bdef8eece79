{{ config(
    unique_key="ledger_entry_id",
    meta={"changed": "int_ledger_entries_changed"},
    indexes=[
        {"columns": ["reconciliation_id"], "unique": true},
        {"columns": ["ledger_entry_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Entries that somebody made on the accounts of Stripe's money: nothing at Stripe stands behind them. What was carried over
-- when the books began is dated before that day.
with entries as (

    select * from {{ ref("ledger_entries") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}
    and is_posted
    and coalesce(external_id, '') not like 'counterflow.%'

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

accounts as (

    select distinct account_code
    from {{ ref("stg_settings__accounts") }}
    where role in ('clearing.stripe', 'clearing.stripe.reserve') and not is_deleted

),

lines as (

    select
        ledger_lines.ledger_entry_id,
        min(ledger_lines.account_code) as account_code,
        sum(ledger_lines.balance_amount) as amount
    from {{ ref("ledger_lines") }} as ledger_lines
    inner join accounts on ledger_lines.account_code = accounts.account_code
    where
        not ledger_lines.is_deleted
        and ledger_lines.ledger_entry_id in (select entries.ledger_entry_id from entries)
    group by ledger_lines.ledger_entry_id
    having sum(ledger_lines.balance_amount) <> 0

)

select
    'foreign:' || entries.ledger_entry_id as reconciliation_id,
    'foreign' as subject,
    coalesce(entries.entry_number, entries.ledger_entry_id) as record_key,
    null::text as order_id,
    entries.entry_date as occurred_on,
    0::numeric as expected_amount,
    lines.amount as found_amount,
    -lines.amount as difference,
    'differs' as state,
    'made in the books by hand on account ' || lines.account_code || ' (' || coalesce(entries.journal_name, 'no journal')
    || '): nothing at Stripe stands behind it' as cause,
    greatest(entries.extracted_at::date - entries.entry_date, 0)::integer as age_days,
    entries.ledger_entry_id,
    {{ var("build_id") }}::bigint as build_id
from entries
inner join lines on entries.ledger_entry_id = lines.ledger_entry_id
cross join business
where entries.entry_date >= business.books_start_date
