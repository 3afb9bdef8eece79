{{ config(
    unique_key="write_key",
    meta={"changed": "stg_sync__writes"},
    indexes=[
        {"columns": ["order_id"]},
        {"columns": ["write_key"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The entries as they stood in the books right after they were posted, by account: known before the next read of the books.
with writes as (

    select * from {{ ref("stg_sync__writes") }}
    where
        system = 'odoo'
        and thing = 'ledger_entry'
        and status = 'confirmed'
        and is_current
        {% if is_incremental() %}
            and build_id = {{ var("build_id") }}
        {% endif %}

),

lines as (

    select
        writes.write_key,
        'woocommerce:' || substring(writes.write_key from '^woocommerce_order_([0-9]+)$') as order_id,
        'odoo:' || writes.target_id as ledger_entry_id,
        writes.read_back ->> 'state' as state,
        line.entry ->> 0 as account_code,
        {{ as_numeric("line.entry ->> 1") }} as debit_amount,
        {{ as_numeric("line.entry ->> 2") }} as credit_amount
    from writes
    cross join lateral jsonb_array_elements({{ json_list("writes.read_back -> 'lines'") }}) as line (entry)

)

select
    write_key,
    order_id,
    ledger_entry_id,
    account_code,
    sum(debit_amount) as debit_amount,
    sum(credit_amount) as credit_amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where state = 'posted'
group by write_key, order_id, ledger_entry_id, account_code
