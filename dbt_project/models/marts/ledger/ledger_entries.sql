{{ config(
    unique_key="ledger_entry_id",
    meta={"changed": "int_ledger_entries_changed"},
    indexes=[
        {"columns": ["ledger_entry_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["entry_date"]},
        {"columns": ["build_id"]},
    ],
) }}

with entries as (

    select *
    from {{ ref("stg_odoo__account_move") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}

),

totals as (

    select *
    from {{ ref("int_ledger_entries_totaled") }}
    {{ where_changed("ledger_entry_id", "int_ledger_entries_changed") }}

),

journals as (

    select * from {{ ref("stg_odoo__account_journal") }}

),

currencies as (

    select * from {{ ref("stg_odoo__res_currency") }}

),

final as (

    select
        entries.ledger_entry_id,
        entries.account_move_id as entry_id_odoo,
        -- Counterflow names its entries after the order they are of.
        'woocommerce:' || substring(entries.external_id from '^counterflow\.ledger_entry_woocommerce_order_([0-9]+)(?:__|$)')
            as order_id,
        entries.external_id,
        nullif(entries.entry_number, '/') as entry_number,
        entries.reference as ref,
        entries.entry_type,
        entries.state,
        entries.entry_date,
        journals.journal_code,
        journals.journal_name,
        currencies.currency,
        totals.debit_amount,
        totals.credit_amount,
        totals.line_count,
        'odoo:' || entries.reversed_account_move_id as reverses_ledger_entry_id,
        totals.is_posted,
        entries.is_deleted,
        entries.created_at,
        entries.updated_at as modified_at,
        entries.extracted_at,
        {{ var("build_id") }}::bigint as build_id
    from entries
    inner join totals on entries.ledger_entry_id = totals.ledger_entry_id
    left join journals on entries.journal_id = journals.journal_id
    left join currencies on entries.currency_id = currencies.currency_id

)

select * from final
