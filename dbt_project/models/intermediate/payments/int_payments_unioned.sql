{{ config(materialized="view") }}

-- Both systems in one shape. Bare selects, so that a filter on the key reaches the index of each.
{% for model in ["int_woocommerce_payments", "int_odoo_payments"] %}
    select
        payment_id,
        order_id,
        system,
        payment_method,
        status,
        currency,
        amount,
        refunded_amount,
        {% if model == "int_odoo_payments" %}
            -- A till changes no money.
            currency as settled_currency,
            amount as settled_amount,
            null::numeric as exchange_rate,
        {% else %}
            settled_currency,
            settled_amount,
            exchange_rate,
        {% endif %}
        fee_amount,
        net_amount,
        charge_id_stripe,
        payment_intent_id_stripe,
        balance_transaction_id_stripe,
        payout_id_stripe,
        paid_at,
        paid_date,
        is_deleted,
        problems,
        build_id
    from {{ ref(model) }}
    {{ "union all" if not loop.last }}
{% endfor %}
