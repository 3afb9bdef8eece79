{{ config(materialized="view") }}

{#- The tenders of the tills in one word each: cash, card, ... A tender without a journal is the customer's own account:
    nothing was received yet. -#}
select
    payment_method_id,
    case
        when is_cash then 'cash'
        else left(trim(both '_' from regexp_replace(lower(payment_method_name), '[^a-z0-9]+', '_', 'g')), 64)
    end as payment_method,
    coalesce(is_cash, false) or journal_id is not null as is_received,
    build_id
from {{ ref("stg_odoo__pos_payment_method") }}
