{{ config(
    unique_key="order_id",
    meta={"changed": "int_ledger_lines_changed", "system": "odoo", "thing": "ledger_entry"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- One journal entry for each web order that is sold, paid and in agreement with every source.
with lines_due as (

    select * from {{ ref("ledger_lines_due") }}
    {{ where_changed("order_id", "int_ledger_lines_changed") }}

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select lines_due.order_id from lines_due)

),

entries as (

    select
        order_id,
        jsonb_agg(
            jsonb_build_object(
                'line_key', line_key::text,
                'role', role,
                'account_code', account_code,
                'name', line_name,
                'debit', to_char(debit_amount, 'FM999999999999990.00'),
                'credit', to_char(credit_amount, 'FM999999999999990.00')
            )
            order by line_key
        ) as lines,
        string_agg(distinct role, ', ' order by role) filter (where account_code is null) as missing_roles
    from lines_due
    group by order_id

),

payloads as (

    select
        orders.order_id,
        orders.order_number,
        'woocommerce_order_' || orders.order_id_woocommerce as write_key,
        orders.paid_date as entry_date,
        orders.currency,
        orders.total_amount,
        entries.missing_roles,
        jsonb_build_object(
            'external_id', 'counterflow.ledger_entry_woocommerce_order_' || orders.order_id_woocommerce,
            'ref', 'Web order ' || orders.order_number,
            'date', to_char(orders.paid_date, 'YYYY-MM-DD'),
            'currency', orders.currency,
            'lines', entries.lines
        ) as payload
    from entries
    inner join orders on entries.order_id = orders.order_id

)

select
    write_key,
    'posting' as write_kind,
    order_id,
    order_number,
    entry_date,
    currency,
    total_amount,
    payload,
    md5(payload::text) as payload_hash,
    case when missing_roles is not null then 'mapping_missing' end as hold_class,
    'No account for ' || missing_roles || ': add it to [accounts] in settings.toml' as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from payloads
