{{ config(materialized="table", indexes=[{"columns": ["source_key"], "unique": true}]) }}

{% set lines_due = as_it_stands("marts", "ledger_lines_due") %}

-- What happened anew, or otherwise, by the key of what it follows from; and lines whose role has another account.
with accounts as (

    select * from {{ ref("stg_settings__accounts") }}
    where {{ is_new() }}

),

changed as (

    select 'order:' || order_id as source_key
    from {{ ref("int_orders_changed") }}

    union

    select 'order:' || order_id as source_key
    from {{ ref("int_cost_of_goods_changed") }}

    union

    select 'document:invoice:' || owner_id as source_key
    from {{ ref("int_invoices_changed") }}

    union

    select 'refund:' || refund_id as source_key
    from {{ ref("int_refunds_changed") }}

    union

    select 'payout:stripe:' || payout_id_stripe as source_key
    from {{ ref("int_payout_postings_changed") }}

    union

    -- One movement of Stripe's balance may have a fee and an adjustment.
    select keys.grain || changed_transactions.balance_transaction_id_stripe as source_key
    from {{ ref("int_stripe_transactions_changed") }} as changed_transactions
    cross join (values ('fee:stripe:'), ('balance_transaction:stripe:')) as keys (grain)

    union

    select 'dispute:stripe:' || dispute_id_stripe as source_key
    from {{ ref("int_stripe_disputes_changed") }}

    union

    select 'postage:' || postage_id as source_key
    from {{ ref("int_postage_changed") }}

    union

    select 'import:' || import_id as source_key
    from {{ ref("int_imports_changed") }}

    union

    select 'bank_line:' || bank_line_id as source_key
    from {{ ref("int_bank_lines_changed") }}

    {% if lines_due %}
        union

        select lines_due.source_key
        from {{ lines_due }} as lines_due
        inner join accounts on lines_due.role = accounts.role

        union

        select lines_due.source_key
        from {{ lines_due }} as lines_due
        inner join accounts on lines_due.fallback_role = accounts.role
    {% endif %}

)

select
    source_key,
    {{ var("build_id") }}::bigint as build_id
from changed
where source_key is not null
