{{ config(materialized="view") }}

{{ quarantine_unreadable("stg_files__bank_statement_lines", "bank_line", "bank_statement_line_key", "the bank statement") }}
union all
{{ quarantine_unreadable("stg_files__postage", "postage", "reference", "the file of postage") }}
union all
{{ quarantine_unreadable("stg_files__imports", "import", "reference", "the file of imports") }}
