-- depends_on: {{ ref("stg_settings__ledger") }}
{{ config(materialized="table") }}

{% set posted = as_it_stands("intermediate", "int_payouts_posted") %}

-- Payouts whose entry this build looks at again: they changed, or the account that stands for the bank did.
with changed as (

    select payout_id_stripe from {{ ref("int_stripe_payouts_changed") }}

    {% if posted %}
        union

        select posted.payout_id_stripe
        from {{ posted }} as posted
        cross join {{ ref("stg_settings__ledger") }} as ledger
        where posted.role = case ledger.bank_lines when 'file' then 'bank_suspense' else 'bank' end
    {% endif %}

)

select
    payout_id_stripe,
    {{ var("build_id") }}::bigint as build_id
from changed
