{{ config(materialized="view") }}

-- The same records as a whole, another way: the clearing account against Stripe's balance and against the books, the tax
-- accounts against the papers, the counts of every stage. Reads everything: for a person, not for each hour.
with books as (

    select * from {{ ref("books") }}

)

select
    reconciliation_id,
    'clearing account' as subject,
    record_key,
    'money' as unit,
    occurred_on,
    expected_amount,
    found_amount,
    difference,
    state,
    cause
from {{ ref("reconciliation_clearing") }}
where subject = 'clearing_total'

union all

select
    'tax:' || taxes.reconciliation_id as reconciliation_id,
    'tax' as subject,
    taxes.reconciliation_id as record_key,
    'money' as unit,
    taxes.period as occurred_on,
    taxes.papers_amount as expected_amount,
    taxes.books_amount as found_amount,
    taxes.difference,
    taxes.state,
    taxes.unmatched as cause
from {{ ref("reconciliation_taxes") }} as taxes

union all

select
    'count:' || counts.reconciliation_count_id as reconciliation_id,
    'rows' as subject,
    counts.stage || ', ' || counts.entity as record_key,
    'rows' as unit,
    books.today as occurred_on,
    counts.records_in::numeric as expected_amount,
    counts.records_out::numeric as found_amount,
    counts.difference::numeric as difference,
    case when counts.difference = 0 then 'agrees' else 'differs' end as state,
    case when counts.difference <> 0 then counts.difference || ' records got lost' end as cause
from {{ ref("reconciliation_counts") }} as counts
cross join books
