{{ config(
    materialized="table",
    indexes=[{"columns": ["bank_line_id"], "unique": true}, {"columns": ["record_key"]}],
) }}

-- Lines of the bank of which anything changed since the last build: they, their journal, or the settings.
with settings_changed as (

    select 1 as one
    from {{ ref("stg_settings__business") }}
    where {{ is_new() }}

),

changed as (

    select
        'files' as source,
        bank_statement_line_key as record_key
    from {{ ref("stg_files__bank_statement_lines") }}
    where {{ is_new() }} or exists (select 1 from settings_changed)

    union

    select
        'odoo' as source,
        record_key
    from {{ ref("stg_odoo__account_bank_statement_line") }}
    where {{ is_new() }} or exists (select 1 from settings_changed)

    union

    select
        'odoo' as source,
        lines.record_key
    from {{ ref("stg_odoo__account_journal") }} as journals
    inner join {{ ref("stg_odoo__account_bank_statement_line") }} as lines on journals.journal_id = lines.journal_id
    where {{ is_new("journals.build_id") }}

    union

    select
        'odoo' as source,
        lines.record_key
    from {{ ref("stg_odoo__res_currency") }} as currencies
    inner join {{ ref("stg_odoo__account_bank_statement_line") }} as lines on currencies.currency_id = lines.currency_id
    where {{ is_new("currencies.build_id") }}

)

select
    source || ':' || record_key as bank_line_id,
    source,
    record_key,
    {{ var("build_id") }}::bigint as build_id
from changed
