{{ config(materialized="view") }}

{{ quarantine_unreadable("stg_stripe__charges", "charge", "charge_id_stripe", "Stripe") }}
union all
{{ quarantine_unreadable("stg_stripe__payment_intents", "payment_intent", "payment_intent_id_stripe", "Stripe") }}
union all
{{ quarantine_unreadable("stg_stripe__refunds", "stripe_refund", "refund_id_stripe", "Stripe") }}
union all
{{ quarantine_unreadable("stg_stripe__balance_transactions", "balance_transaction", "balance_transaction_id_stripe", "Stripe") }}
union all
{{ quarantine_unreadable("stg_stripe__payouts", "payout", "payout_id_stripe", "Stripe") }}
union all
{{ quarantine_unreadable("stg_stripe__disputes", "dispute", "dispute_id_stripe", "Stripe") }}
