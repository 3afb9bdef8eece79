{{ config(materialized="view") }}

-- The proof that the returns are the books: on every tax account and in every month, what the papers list against how the account
-- moved, entry by entry. What does not match is named.
with return_lines as (

    select * from {{ ref("tax_return_lines") }}

),

accounts as (

    select account_code from {{ ref("int_tax_accounts") }}

    union

    select account_code from return_lines

),

papers as (

    select
        account_code,
        period,
        ledger_entry_id,
        max(entry_number) as entry_number,
        sum(movement_amount) as amount
    from return_lines
    group by account_code, period, ledger_entry_id

),

-- An entry of this hour stands in the books as it was read back; the next reading has it like every other.
moved_lines as (

    select
        lines.account_code,
        entries.entry_date,
        lines.ledger_entry_id,
        entries.entry_number,
        lines.credit_amount - lines.debit_amount as amount
    from {{ ref("ledger_lines") }} as lines
    inner join {{ ref("ledger_entries") }} as entries on lines.ledger_entry_id = entries.ledger_entry_id
    where not lines.is_deleted and entries.is_posted

    union all

    select
        line.entry ->> 0 as account_code,
        coalesce((postings.read_back ->> 'date')::date, postings.entry_date) as entry_date,
        postings.ledger_entry_id,
        postings.entry_number,
        {{ as_numeric("line.entry ->> 2") }} - {{ as_numeric("line.entry ->> 1") }} as amount
    from {{ ref("ledger_postings") }} as postings
    cross join lateral jsonb_array_elements({{ json_list("postings.read_back -> 'lines'") }}) as line (entry)
    where
        postings.is_confirmed
        and not exists (
            select 1
            from {{ ref("ledger_entries") }} as entries
            where entries.external_id = postings.external_id
        )

),

books as (

    select
        account_code,
        date_trunc('month', entry_date)::date as period,
        ledger_entry_id,
        max(entry_number) as entry_number,
        sum(amount) as amount
    from moved_lines
    where account_code in (select accounts.account_code from accounts)
    group by account_code, date_trunc('month', entry_date), ledger_entry_id

),

compared as (

    select
        coalesce(papers.account_code, books.account_code) as account_code,
        coalesce(papers.period, books.period) as period,
        coalesce(papers.ledger_entry_id, books.ledger_entry_id) as ledger_entry_id,
        coalesce(books.entry_number, papers.entry_number) as entry_number,
        coalesce(papers.amount, 0) as papers_amount,
        coalesce(books.amount, 0) as books_amount
    from papers
    full outer join books
        on
            papers.account_code = books.account_code
            and papers.period = books.period
            and papers.ledger_entry_id = books.ledger_entry_id

),

summed as (

    select
        account_code,
        period,
        sum(papers_amount) as papers_amount,
        sum(books_amount) as books_amount,
        sum(papers_amount) - sum(books_amount) as difference,
        count(*) as entry_count,
        count(*) filter (where papers_amount <> books_amount) as unmatched_count,
        string_agg(
            coalesce(entry_number, ledger_entry_id) || ': ' || papers_amount || ' in the papers, ' || books_amount
            || ' in the books',
            '; ' order by ledger_entry_id
        ) filter (where papers_amount <> books_amount) as unmatched
    from compared
    group by account_code, period

)

select
    account_code || ':' || to_char(period, 'YYYY-MM') as reconciliation_id,
    account_code,
    period,
    papers_amount,
    books_amount,
    difference,
    entry_count,
    unmatched_count,
    left(unmatched, 1000) as unmatched,
    case when unmatched_count = 0 then 'agrees' else 'differs' end as state
from summed
