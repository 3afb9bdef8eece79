{#- One customer per e-mail address, whatever its case and blanks; one without is a customer of its own system's id. -#}
{% macro customer_key(email, system, id) -%}
    case
        when btrim(coalesce({{ email }}, '')) <> '' then 'email:' || md5(lower(btrim({{ email }})))
        when {{ id }} is not null then '{{ system }}:' || {{ id }}
    end
{%- endmacro %}

{#- How a SKU is compared: without blanks around it and whatever its case; null where there is none. A text too long
    for an index stands as its md5. -#}
{% macro sku_key(sku) -%}
    {%- set plain = "nullif(lower(btrim(" ~ sku ~ ")), '')" -%}
    case when length({{ plain }}) > 100 then md5({{ plain }}) else {{ plain }} end
{%- endmacro %}

{#- Stripe's plugin has a method of its own for each kind of payment: stripe, stripe_klarna, stripe_ideal, … -#}
{% macro is_paid_by_stripe(payment_method) -%}
    coalesce({{ payment_method }} = 'stripe' or {{ payment_method }} like 'stripe\_%', false)
{%- endmacro %}

{#- What a movement of Stripe's balance is proved with: its order, else its payout, dispute, or itself. -#}
{% macro clearing_key(order_id, dispute_id, own_payout_id, transaction_id) -%}
    coalesce(
        {{ order_id }},
        'payout:stripe:' || {{ own_payout_id }},
        'dispute:stripe:' || {{ dispute_id }},
        'balance_transaction:stripe:' || {{ transaction_id }}
    )
{%- endmacro %}

{#- Whether a line sells a gift card: its SKU is on the owner's list. -#}
{% macro is_gift_card(sku) -%}
    coalesce(
        {{ sku_key(sku) }} in (
            select {{ sku_key("lists.value") }} from {{ ref("stg_settings__lists") }} as lists where lists.list = 'gift_card_sku'
        ),
        false
    )
{%- endmacro %}
