{{ config(materialized="view") }}

-- Every event's lines in one shape. Bare selects, so that a filter on source_key reaches the index of each.
{% set kinds = [
    "int_sales_posted",
    "int_refunds_posted",
    "int_shipping_billed_posted",
    "int_shipments_posted",
    "int_commissions_posted",
    "int_cost_of_goods_posted",
    "int_processor_fees_posted",
    "int_payouts_posted",
    "int_disputes_posted",
    "int_adjustments_posted",
    "int_postage_posted",
    "int_imports_posted",
    "int_bank_fees_posted",
] %}
{% for kind in kinds %}
    select
        source_key,
        event_id,
        event_kind,
        posting_date,
        order_id,
        channel,
        province,
        title,
        position,
        role,
        fallback_role,
        what,
        currency,
        currency_amount,
        amount
    from {{ ref(kind) }}
    {{ "union all" if not loop.last }}
{% endfor %}
