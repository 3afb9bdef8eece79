{{ config(
    unique_key="bank_line_id",
    meta={"changed": "int_bank_lines_changed"},
    indexes=[{"columns": ["bank_line_id"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- A till's cash journal has lines of this kind in Odoo too: only the journals of banks count.
with files as (

    select
        'files:' || bank_statement_line_key as bank_line_id,
        'files' as source,
        account,
        line_date as bank_date,
        amount,
        currency,
        description,
        false as is_reconciled,
        is_deleted,
        problems <> array[]::text[] as is_unreadable,
        extracted_at
    from {{ ref("stg_files__bank_statement_lines") }}
    {{ where_changed("bank_statement_line_key", "int_bank_lines_changed", "record_key") }}

),

odoo as (

    select
        'odoo:' || lines.record_key as bank_line_id,
        'odoo' as source,
        journals.journal_code as account,
        lines.line_date as bank_date,
        lines.amount,
        currencies.currency,
        coalesce(lines.bank_text, '') as description,
        coalesce(lines.is_reconciled, false) as is_reconciled,
        lines.is_deleted,
        lines.problems <> array[]::text[] as is_unreadable,
        lines.extracted_at
    from {{ ref("stg_odoo__account_bank_statement_line") }} as lines
    left join {{ ref("stg_odoo__account_journal") }} as journals on lines.journal_id = journals.journal_id
    left join {{ ref("stg_odoo__res_currency") }} as currencies on lines.currency_id = currencies.currency_id
    {{ where_changed("lines.record_key", "int_bank_lines_changed") }}
    and coalesce(journals.journal_type, 'bank') = 'bank'

),

unioned as (

    select * from files

    union all

    select * from odoo

)

select
    unioned.*,
    {{ var("build_id") }}::bigint as build_id
from unioned
