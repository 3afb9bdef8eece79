{{ config(
    unique_key="postage_id",
    meta={"changed": "int_postage_changed"},
    indexes=[
        {"columns": ["postage_id"]},
        {"columns": ["source_key"]},
        {"columns": ["event_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Postage bought: the cost and the tax that comes back, owed to the carrier.
with postage as (

    select * from {{ ref("postage") }}
    {{ where_changed("postage_id", "int_postage_changed") }}
    and is_ledger_due

),

recoverable as (

    select
        postage.*,
        'tax_recoverable.HST.' || hst_province as hst_role,
        'HST ' || hst_province as hst_what,
        case when is_gst_hst_recoverable then gst_amount else 0 end as gst_back_amount,
        case when is_gst_hst_recoverable then hst_amount else 0 end as hst_back_amount,
        case when is_qst_recoverable then qst_amount else 0 end as qst_back_amount
    from postage

),

costed as (

    select
        recoverable.*,
        total_amount - gst_back_amount - hst_back_amount - qst_back_amount as cost_amount
    from recoverable

),

lines as (

    select
        costed.*,
        sides.position,
        sides.role,
        sides.fallback_role,
        sides.what,
        sides.line_amount
    from costed
    cross join lateral (
        values
        (1, 'freight_out', null, 'postage', costed.cost_amount),
        (2, 'tax_recoverable.GST', null, 'GST', costed.gst_back_amount),
        (3, costed.hst_role, 'tax_recoverable.HST', costed.hst_what, costed.hst_back_amount),
        (4, 'tax_recoverable.QST', null, 'QST', costed.qst_back_amount),
        (5, 'carrier_payable', null, 'postage', -costed.total_amount)
    ) as sides (position, role, fallback_role, what, line_amount)

)

select
    postage_id,
    'postage:' || postage_id as source_key,
    case system
        when 'canadapost' then 'canadapost_label_' || {{ event_name("replace(reference, ':', '-')") }}
        else 'files_postage_' || {{ event_name("reference") }}
    end as event_id,
    'postage' as event_kind,
    postage_date as posting_date,
    order_id,
    null::text as channel,
    null::text as province,
    'Postage ' || reference as title,
    position,
    role,
    fallback_role,
    what,
    null::text as currency,
    null::numeric as currency_amount,
    line_amount as amount,
    {{ var("build_id") }}::bigint as build_id
from lines
where line_amount <> 0
