{{ config(
    unique_key="ledger_entry_id",
    meta={"changed": "int_ledger_entries_changed"},
    indexes=[
        {"columns": ["ledger_line_id"], "unique": true},
        {"columns": ["ledger_entry_id"]},
        {"columns": ["account_code"]},
        {"columns": ["build_id"]},
    ],
) }}

with lines as (

    select *
    from {{ ref("stg_odoo__account_move_line") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}
        and not {{ is_text_line("display_type") }}

),

entries as (

    select *
    from {{ ref("stg_odoo__account_move") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}

),

accounts as (

    select * from {{ ref("stg_odoo__account_account") }}

),

currencies as (

    select * from {{ ref("stg_odoo__res_currency") }}

),

final as (

    select
        lines.ledger_line_id,
        lines.ledger_entry_id,
        lines.account_move_line_id as line_id_odoo,
        accounts.account_code,
        accounts.account_name,
        accounts.account_type,
        lines.line_name as name,
        coalesce(lines.debit_amount, 0) as debit_amount,
        coalesce(lines.credit_amount, 0) as credit_amount,
        coalesce(lines.debit_amount, 0) - coalesce(lines.credit_amount, 0) as balance_amount,
        lines.currency_amount,
        currencies.currency,
        lines.tax_id as tax_id_odoo,
        entries.entry_date,
        entries.state,
        lines.is_deleted or entries.is_deleted as is_deleted,
        {{ var("build_id") }}::bigint as build_id
    from lines
    inner join entries on lines.ledger_entry_id = entries.ledger_entry_id
    left join accounts on lines.account_id = accounts.account_id
    left join currencies on lines.currency_id = currencies.currency_id

)

select * from final
