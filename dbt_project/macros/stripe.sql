{#- Whether a refund at Stripe gives money back, or is about to. One without a balance transaction, or with one that reverses
    a part of a capture, only let go of what was authorized and never taken. -#}
{% macro gives_back(refunds, balance_transactions) -%}
    (
        not {{ refunds }}.is_deleted
        and (
            {{ refunds }}.status_stripe in ('pending', 'requires_action')
            or ({{ refunds }}.status_stripe = 'succeeded' and {{ refunds }}.balance_transaction_id_stripe is not null)
        )
        and {{ balance_transactions }}.reporting_category is distinct from 'partial_capture_reversal'
    )
{%- endmacro %}
