{{ config(unique_key="system", indexes=[{"columns": ["system"], "unique": true}]) }}

-- Up to when Stripe's records are known: ages are counted from there, so that they are the same whenever they are asked.
with read_times as (

    {% for name in ["charges", "refunds", "balance_transactions", "payouts", "disputes"] %}
        select max(extracted_at) as extracted_at
        from {{ ref("stg_stripe__" ~ name) }}
        where {{ is_new() }}
        {{ "union all" if not loop.last }}
    {% endfor %}

    {% if is_incremental() %}
        union all

        select before.read_at as extracted_at
        from {{ this }} as before
    {% endif %}

)

select
    'stripe' as system,
    max(extracted_at) as read_at,
    {{ var("build_id") }}::bigint as build_id
from read_times
