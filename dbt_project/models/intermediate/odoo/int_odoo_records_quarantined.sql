{{ config(materialized="view") }}

{#- Records of Odoo that could not be read in full, other than orders (int_orders_checked),
    and entries that do not balance. -#}
with quarantined as (

    {{ quarantine_unreadable("stg_odoo__product_product", "odoo_product", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__product_supplierinfo", "odoo_supplier_price", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_partner", "odoo_partner", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_location", "odoo_location", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_quant", "odoo_stock", "quant_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_warehouse", "odoo_warehouse", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_warehouse_orderpoint", "odoo_reordering_rule", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_picking", "odoo_transfer", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__stock_move", "odoo_stock_move", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__purchase_order", "odoo_purchase_order", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__purchase_order_line", "odoo_purchase_order_line", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_move", "odoo_ledger_entry", "ledger_entry_id", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_move_line", "odoo_ledger_line", "ledger_line_id", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_account", "odoo_account", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_tax", "odoo_tax", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_journal", "odoo_journal", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__sale_order_line", "odoo_order_line", "order_line_id", "Odoo", order_id="order_id") }}
    union all
    {{ quarantine_unreadable("stg_odoo__pos_order_line", "odoo_order_line", "order_line_id", "Odoo", order_id="order_id") }}
    union all
    {{ quarantine_unreadable("stg_odoo__pos_payment", "odoo_payment", "payment_id", "Odoo", order_id="order_id") }}
    union all
    {{ quarantine_unreadable("stg_odoo__pos_payment_method", "odoo_payment_method", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_country_state", "odoo_province", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_currency", "odoo_currency", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_currency_rate", "odoo_currency_rate", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_company", "odoo_company", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__res_country", "odoo_country", "record_key", "Odoo") }}
    union all
    {{ quarantine_unreadable("stg_odoo__account_bank_statement_line", "odoo_bank_line", "record_key", "Odoo") }}

    union all
    select
        'odoo_ledger_entry:' || ledger_entry_id || ':unbalanced' as quarantine_id,
        'odoo_ledger_entry' as entity,
        ledger_entry_id as record_key,
        null::text as order_id,
        'unbalanced' as check_name,
        'The lines of entry ' || coalesce(left(entry_number, 64), ledger_entry_id) || ' have debits of ' || debit_amount
        || ' and credits of ' || credit_amount || '. Read it again; if that does not help, look at it in Odoo' as reason,
        jsonb_build_object('debit_amount', debit_amount, 'credit_amount', credit_amount) as details,
        false as blocks_order,
        build_id
    from {{ ref("int_ledger_entries_totaled") }}
    where is_posted and debit_amount <> credit_amount

)

select * from quarantined
