{{ config(materialized="table", indexes=[{"columns": ["payment_id"], "unique": true}]) }}

{% set payments = as_it_stands("intermediate", "int_woocommerce_payments") %}

-- Payments of every channel that this build looks at again. An order paid by its own method (cash on delivery, cheque,
-- transfer) is its own payment; each gift card that pays for it is one more.
with settings_changed as (

    select 1 as one
    from {{ ref("stg_settings__business") }}
    where {{ is_new() }}

),

changed as (

    select 'stripe:' || charge_id_stripe as payment_id
    from {{ ref("int_stripe_charges_matched") }}
    where {{ is_new() }}

    union

    select order_id as payment_id
    from {{ ref("stg_woocommerce__orders") }}
    where {{ is_new() }}

    union

    select order_gift_card_id as payment_id
    from {{ ref("stg_woocommerce__order_gift_cards") }}
    where {{ is_new() }}

    {% if payments %}
        union

        -- A gift card that an order is no longer paid with.
        select payments.payment_id
        from {{ payments }} as payments
        where
            payments.payment_method = 'gift_card'
            and payments.order_id in (
                select orders.order_id from {{ ref("stg_woocommerce__orders") }} as orders where {{ is_new("orders.build_id") }}
            )
    {% endif %}

    union

    select payment_id
    from {{ ref("int_odoo_payments_changed") }}

    union

    select 'stripe:' || charge_id_stripe as payment_id
    from {{ ref("int_stripe_charges_matched") }}
    where exists (select 1 from settings_changed)

    union

    select order_id as payment_id
    from {{ ref("stg_woocommerce__orders") }}
    where exists (select 1 from settings_changed)

    union

    select order_gift_card_id as payment_id
    from {{ ref("stg_woocommerce__order_gift_cards") }}
    where exists (select 1 from settings_changed)

)

select
    payment_id,
    {{ var("build_id") }}::bigint as build_id
from changed
