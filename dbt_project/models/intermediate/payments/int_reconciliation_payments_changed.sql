{{ config(materialized="table", indexes=[{"columns": ["reconciliation_id"], "unique": true}]) }}

{% set before = as_it_stands("marts", "reconciliation_payments") %}

-- Payments and refunds whose proof this build looks at again: they or their order changed; and all that did not agree, which
-- grow older.
with stripe_refunds as (

    select charge_id_stripe
    from {{ ref("stg_stripe__refunds") }}
    where {{ is_new() }}

),

changed as (

    select 'payment:' || payment_id as reconciliation_id
    from {{ ref("int_payments_changed") }}
    where payment_id like 'stripe:%'

    union

    select 'payment:' || payments.payment_id as reconciliation_id
    from {{ ref("int_orders_changed") }} as orders
    inner join {{ ref("int_woocommerce_payments") }} as payments on orders.order_id = payments.order_id
    where payments.system = 'stripe'

    union

    select 'refund:' || order_id as reconciliation_id
    from {{ ref("int_orders_changed") }}

    union

    select 'refund:' || charges.order_id as reconciliation_id
    from stripe_refunds
    inner join {{ ref("int_stripe_charges_matched") }} as charges on stripe_refunds.charge_id_stripe = charges.charge_id_stripe

    {% if before %}
        union

        select before.reconciliation_id
        from {{ before }} as before
        where before.state in ('open', 'differs')
    {% endif %}

)

select
    reconciliation_id,
    {{ var("build_id") }}::bigint as build_id
from changed
where reconciliation_id is not null
