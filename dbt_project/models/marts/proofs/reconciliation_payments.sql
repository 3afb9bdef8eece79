-- depends_on: {{ ref("int_reconciliation_payments_changed") }}
{{ config(
    unique_key="reconciliation_id",
    meta={"changed": "int_reconciliation_payments_changed"},
    indexes=[
        {"columns": ["reconciliation_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Each card payment against Stripe's balance and its order; and the refunds of each order at Stripe against those in the
-- shop. What Stripe or the shop may still be about to say is open for a day, and then wrong.
with payments as (

    select
        'payment:' || payments.payment_id as reconciliation_id,
        payments.*
    from {{ ref("payments") }} as payments
    {% if is_incremental() %}
        where
            payments.payment_id in (
                select substr(changed.reconciliation_id, 9)
                from {{ ref("int_reconciliation_payments_changed") }} as changed
                where changed.reconciliation_id like 'payment:%'
            )
            and payments.system = 'stripe'
    {% else %}
        where payments.system = 'stripe'
    {% endif %}
    and payments.status = 'succeeded'
    and not payments.is_deleted

),

orders as (

    select * from {{ ref("orders") }}
    where order_id in (select payments.order_id from payments)

),

-- An order whose card may still be charged more.
authorized as (

    select distinct payments.order_id
    from payments
    inner join {{ ref("stg_stripe__payment_intents") }} as intents
        on payments.payment_intent_id_stripe = intents.payment_intent_id_stripe
    where intents.capturable_amount > 0

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

records_read as (

    select * from {{ ref("int_stripe_records_read") }}

),

charges as (

    select
        payments.reconciliation_id,
        payments.payment_id,
        payments.order_id,
        payments.paid_date,
        payments.currency,
        payments.amount,
        payments.settled_currency,
        payments.settled_amount,
        payments.fee_amount,
        payments.net_amount,
        case
            when payments.settled_currency = payments.currency or payments.settled_currency is null then payments.amount
            else {{ money("payments.amount * payments.exchange_rate") }}
        end as due_amount,
        -- What Stripe changed agrees at its own rate, within a cent.
        case when payments.settled_currency = payments.currency then 0 else 0.01 end as tolerance_amount,
        orders.total_amount,
        orders.paid_amount,
        authorized.order_id is not null as is_authorized,
        records_read.read_at - payments.paid_at <= interval '24 hours' as is_recent
    from payments
    left join orders on payments.order_id = orders.order_id
    left join authorized on payments.order_id = authorized.order_id
    left join records_read on true

),

charges_compared as (

    select
        charges.*,
        case
            when settled_amount is null then 'transaction'
            when fee_amount is null then 'fee'
            when due_amount is null or abs(settled_amount - due_amount) > tolerance_amount then 'amount'
            when coalesce(net_amount <> settled_amount - fee_amount, true) then 'net'
            when order_id is null then 'order'
            when coalesce(paid_amount <> total_amount, true) then 'total'
        end as failure
    from charges

),

payment_rows as (

    select
        reconciliation_id,
        'payment' as subject,
        payment_id as record_key,
        order_id,
        paid_date as occurred_on,
        case failure
            when 'order' then 0
            when 'total' then total_amount
            when 'net' then settled_amount - fee_amount
            else amount
        end as expected_amount,
        case failure
            when 'transaction' then 0
            when 'amount' then settled_amount
            when 'net' then net_amount
            when 'total' then paid_amount
            else amount
        end as found_amount,
        case
            when failure is null then 'agrees'
            when failure in ('transaction', 'fee') and is_recent then 'open'
            when failure = 'total' and is_authorized and paid_amount < total_amount then 'open'
            else 'differs'
        end as state,
        case failure
            when 'transaction' then 'Stripe''s balance has no transaction for the charge'
            when 'fee' then 'the charge''s balance transaction has no fee'
            when 'amount'
                then
                    'the charge took ' || amount || ' ' || currency || ', its balance transaction says ' || settled_amount || ' '
                    || settled_currency
            when 'net' then 'the balance transaction''s net is not its amount less its fee'
            when 'order' then 'the charge belongs to no order'
            when 'total'
                then
                    case when is_authorized and paid_amount < total_amount then 'not captured in full yet: ' else '' end
                    || 'the order asks for ' || total_amount || ', its payments come to ' || paid_amount
        end as cause
    from charges_compared

),

stripe_refunds as (

    select
        charges.order_id,
        sum(refunds.amount) as amount,
        count(*) as refund_count,
        count(distinct refunds.amount) as amount_count,
        string_agg(refunds.refund_id_stripe, ', ' order by refunds.created_at, refunds.refund_id_stripe) as refund_ids,
        max(refunds.created_at) as refunded_at
    from {{ ref("stg_stripe__refunds") }} as refunds
    inner join {{ ref("int_stripe_charges_matched") }} as charges on refunds.charge_id_stripe = charges.charge_id_stripe
    left join {{ ref("stg_stripe__balance_transactions") }} as balance_transactions
        on refunds.balance_transaction_id_stripe = balance_transactions.balance_transaction_id_stripe
    where
        {{ gives_back("refunds", "balance_transactions") }}
        and charges.order_id is not null
        {% if is_incremental() %}
            and charges.order_id in (
                select substr(changed.reconciliation_id, 8)
                from {{ ref("int_reconciliation_payments_changed") }} as changed
                where changed.reconciliation_id like 'refund:%'
            )
        {% endif %}
    group by charges.order_id

),

shop_refunds as (

    select
        refunds.order_id,
        sum(refunds.amount - refunds.gift_card_amount) as amount,
        coalesce(sum(refunds.amount - refunds.gift_card_amount) filter (where refunds.is_paid_back), 0) as paid_back_amount,
        count(*) as refund_count,
        max(refunds.refunded_at) as refunded_at
    from {{ ref("refunds") }} as refunds
    inner join {{ ref("orders") }} as orders on refunds.order_id = orders.order_id
    where
        not refunds.is_deleted
        and refunds.system = 'woocommerce'
        and {{ is_paid_by_stripe("orders.payment_method") }}
        {% if is_incremental() %}
            and refunds.order_id in (
                select substr(changed.reconciliation_id, 8)
                from {{ ref("int_reconciliation_payments_changed") }} as changed
                where changed.reconciliation_id like 'refund:%'
            )
        {% endif %}
    group by refunds.order_id

),

-- What the shop did not tell Stripe to pay back may have been given back by hand, at Stripe or elsewhere.
refunds_joined as (

    select
        coalesce(stripe_refunds.order_id, shop_refunds.order_id) as order_id,
        coalesce(stripe_refunds.amount, 0) as found_amount,
        coalesce(stripe_refunds.refund_count, 0) as stripe_count,
        stripe_refunds.amount_count,
        stripe_refunds.refund_ids,
        coalesce(shop_refunds.amount, 0) as shop_amount,
        coalesce(shop_refunds.paid_back_amount, 0) as paid_back_amount,
        coalesce(shop_refunds.refund_count, 0) as shop_count,
        least(
            greatest(coalesce(stripe_refunds.amount, 0), coalesce(shop_refunds.paid_back_amount, 0)),
            coalesce(shop_refunds.amount, 0)
        ) as expected_amount,
        greatest(stripe_refunds.refunded_at, shop_refunds.refunded_at) as refunded_at
    from stripe_refunds
    full outer join shop_refunds on stripe_refunds.order_id = shop_refunds.order_id

),

refund_rows as (

    select
        'refund:' || refunds_joined.order_id as reconciliation_id,
        'refund' as subject,
        refunds_joined.order_id as record_key,
        refunds_joined.order_id,
        (refunds_joined.refunded_at at time zone business.time_zone)::date as occurred_on,
        refunds_joined.expected_amount,
        refunds_joined.found_amount,
        case
            when refunds_joined.expected_amount = refunds_joined.found_amount then 'agrees'
            when records_read.read_at - refunds_joined.refunded_at <= interval '24 hours' then 'open'
            else 'differs'
        end as state,
        case
            when refunds_joined.expected_amount = refunds_joined.found_amount then null
            when refunds_joined.found_amount < refunds_joined.expected_amount
                then
                    'the shop says that ' || refunds_joined.paid_back_amount || ' was paid back, Stripe gave back '
                    || refunds_joined.found_amount
            when
                refunds_joined.shop_count > 0
                and refunds_joined.amount_count = 1
                and refunds_joined.stripe_count > refunds_joined.shop_count
                then
                    'Stripe gave back the same amount ' || refunds_joined.stripe_count || ' times (' || refunds_joined.refund_ids
                    || '), the shop has ' || refunds_joined.shop_count || ' of it'
            else
                'Stripe gave back ' || refunds_joined.found_amount || ' (' || refunds_joined.refund_ids
                || '), the shop''s refunds come to ' || refunds_joined.shop_amount
        end as cause
    from refunds_joined
    left join business on true
    left join records_read on true

),

compared as (

    select * from payment_rows

    union all

    select * from refund_rows

)

select
    compared.reconciliation_id,
    compared.subject,
    compared.record_key,
    compared.order_id,
    compared.occurred_on,
    compared.expected_amount,
    compared.found_amount,
    compared.expected_amount - compared.found_amount as difference,
    compared.state,
    compared.cause,
    case
        when compared.state <> 'agrees'
            then greatest((records_read.read_at at time zone business.time_zone)::date - compared.occurred_on, 0)
    end as age_days,
    {{ var("build_id") }}::bigint as build_id
from compared
left join business on true
left join records_read on true
