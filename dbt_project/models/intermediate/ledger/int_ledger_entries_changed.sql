{{ config(materialized="table") }}

{#- The journal entries to look at again: they, a line, its account or their journal are new. -#}
with entries as not materialized (

    select * from {{ ref("stg_odoo__account_move") }}

),

lines as not materialized (

    select * from {{ ref("stg_odoo__account_move_line") }}

),

new_accounts as (

    select account_id
    from {{ ref("stg_odoo__account_account") }}
    where {{ is_new() }}

),

new_journals as (

    select journal_id
    from {{ ref("stg_odoo__account_journal") }}
    where {{ is_new() }}

),

changed as (

    select ledger_entry_id from entries where {{ is_new() }}
    union
    select ledger_entry_id from lines where {{ is_new() }}
    union
    select ledger_entry_id from lines where account_id in (select new_accounts.account_id from new_accounts)
    union
    select ledger_entry_id from entries where journal_id in (select new_journals.journal_id from new_journals)

)

select
    ledger_entry_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where ledger_entry_id is not null
