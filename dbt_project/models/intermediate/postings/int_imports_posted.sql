{{ config(
    unique_key="import_id",
    meta={"changed": "int_imports_changed"},
    indexes=[
        {"columns": ["import_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Goods that came through customs. Stock is worth what it cost to bring it here: duty and the broker's fee are a part of
-- that, the GST is not, since it comes back. Where the supplier's bill is in the books already, only what came on top.
with imports as (

    select * from {{ ref("imports") }}
    {{ where_changed("import_id", "int_imports_changed") }}
    and is_ledger_due

),

recoverable as (

    select
        imports.*,
        case when is_gst_recoverable then gst_amount else 0 end as gst_back_amount
    from imports

),

lines as (

    select
        recoverable.*,
        sides.position,
        sides.role,
        sides.what,
        sides.amount
    from recoverable
    cross join lateral (
        values
        (1, 'inventory', 'goods', recoverable.landed_amount + recoverable.gst_amount - recoverable.gst_back_amount),
        (2, 'tax_recoverable.GST', 'GST', recoverable.gst_back_amount),
        (3, 'imports_payable', 'supplier', -coalesce(recoverable.cost_amount, 0)),
        (4, 'customs_payable', 'customs and broker', -recoverable.customs_amount)
    ) as sides (position, role, what, amount)

)

select
    import_id,
    'import:' || import_id as source_key,
    'files_import_' || {{ event_name("reference") }} as event_id,
    'import' as event_kind,
    import_date as posting_date,
    null::text as order_id,
    null::text as channel,
    null::text as province,
    concat_ws(', ', 'Import ' || reference, left(supplier, 60)) as title,
    position,
    role,
    null::text as fallback_role,
    what,
    null::text as currency,
    null::numeric as currency_amount,
    amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where amount <> 0
