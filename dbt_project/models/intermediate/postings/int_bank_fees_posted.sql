{{ config(
    unique_key="bank_line_id",
    meta={"changed": "int_bank_lines_changed"},
    indexes=[
        {"columns": ["bank_line_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- The bank's own fees, and those that it gave back. Odoo's journal has booked the bank's side of its lines against the
-- suspense account, where the fee meets it; a file's line is booked against the bank itself.
with fees as (

    select * from {{ ref("bank_lines") }}
    {{ where_changed("bank_line_id", "int_bank_lines_changed") }}
    and is_ledger_due and kind = 'fee'

),

lines as (

    select
        fees.*,
        sides.position,
        sides.role,
        sides.sign * fees.amount as line_amount
    from fees
    cross join lateral (
        values
        (1, 'bank_fees', -1),
        (2, case fees.source when 'odoo' then 'bank_suspense' else 'bank' end, 1)
    ) as sides (position, role, sign)

)

select
    bank_line_id,
    'bank_line:' || bank_line_id as source_key,
    -- an account's number does not go into the books' ids
    case source
        when 'odoo' then 'bank_fee_' || replace(bank_line_id, ':', '_')
        else 'bank_fee_files_' || md5(bank_line_id)
    end as event_id,
    'bank_fee' as event_kind,
    bank_date as posting_date,
    null::text as order_id,
    null::text as channel,
    null::text as province,
    case when amount < 0 then 'Bank fee: ' else 'Bank fee given back: ' end || left(description, 60) as title,
    position,
    role,
    null::text as fallback_role,
    case when amount < 0 then 'bank fee' else 'bank fee given back' end as what,
    null::text as currency,
    null::numeric as currency_amount,
    line_amount as amount,
    {{ var("build_id") }}::bigint as build_id
from lines
