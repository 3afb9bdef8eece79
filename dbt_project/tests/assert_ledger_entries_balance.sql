-- Every event that is due: debits equal credits, to the cent.
select
    event_id,
    sum(debit_amount) as debit_amount,
    sum(credit_amount) as credit_amount
from {{ ref("ledger_lines_due") }}
{% if not var("all_rows") %}where build_id = {{ var("build_id") }}{% endif %}
group by event_id
having sum(debit_amount) <> sum(credit_amount)
