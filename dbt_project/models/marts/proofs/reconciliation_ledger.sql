{{ config(
    unique_key="record_key",
    meta={"changed": "int_reconciliation_ledger_changed"},
    indexes=[
        {"columns": ["reconciliation_id"], "unique": true},
        {"columns": ["record_key"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every entry that went to the books, against what stands there now, account by account. What somebody changed by hand
-- is named, and never written over.
with postings as (

    select * from {{ ref("ledger_postings") }}
    {{ where_changed("write_key", "int_reconciliation_ledger_changed", "record_key") }}

),

entries as (

    select * from {{ ref("ledger_entries") }}
    where external_id in (select postings.external_id from postings)

),

expected as (

    select
        write_key,
        account_code,
        sum(debit_amount - credit_amount) as amount
    from {{ ref("ledger_lines_posted") }}
    where write_key in (select postings.write_key from postings)
    group by write_key, account_code

),

-- Until the books are read again: as they were read right after the entry was posted.
found_lines as (

    select
        postings.write_key,
        ledger_lines.account_code,
        ledger_lines.debit_amount - ledger_lines.credit_amount as amount
    from postings
    inner join entries on postings.external_id = entries.external_id
    inner join {{ ref("ledger_lines") }} as ledger_lines on entries.ledger_entry_id = ledger_lines.ledger_entry_id
    where not ledger_lines.is_deleted and entries.is_posted

    union all

    select
        postings.write_key,
        line.entry ->> 0 as account_code,
        {{ as_numeric("line.entry ->> 1") }} - {{ as_numeric("line.entry ->> 2") }} as amount
    from postings
    cross join lateral jsonb_array_elements({{ json_list("postings.read_back -> 'lines'") }}) as line (entry)
    where postings.external_id not in (select entries.external_id from entries)

),

found as (

    select
        write_key,
        account_code,
        sum(amount) as amount
    from found_lines
    group by write_key, account_code

),

compared as (

    select
        coalesce(expected.write_key, found.write_key) as write_key,
        sum(greatest(expected.amount, 0)) as expected_amount,
        sum(greatest(found.amount, 0)) as found_amount,
        sum(abs(coalesce(expected.amount, 0) - coalesce(found.amount, 0))) as difference,
        string_agg(
            'account ' || coalesce(expected.account_code, found.account_code, '?') || ' has '
            || coalesce(found.amount, 0) || ' where ' || coalesce(expected.amount, 0) || ' was posted',
            '; ' order by coalesce(expected.account_code, found.account_code)
        ) filter (where coalesce(expected.amount, 0) <> coalesce(found.amount, 0)) as differences
    from expected
    full outer join found
        on expected.write_key = found.write_key and expected.account_code is not distinct from found.account_code
    group by coalesce(expected.write_key, found.write_key)

),

judged as (

    select
        postings.write_key,
        postings.base_key,
        postings.title,
        postings.occurred_on,
        postings.entry_date,
        postings.posted_at,
        entries.extracted_at,
        coalesce(compared.expected_amount, 0) as expected_amount,
        coalesce(compared.found_amount, 0) as found_amount,
        coalesce(compared.difference, 0) as difference,
        case
            when not postings.is_confirmed then 'open'
            when entries.is_deleted or entries.state <> 'posted' then 'differs'
            when compared.difference <> 0 then 'differs'
            when coalesce(entries.entry_date, (postings.read_back ->> 'date')::date) <> postings.entry_date then 'differs'
            else 'agrees'
        end as state,
        case
            when not postings.is_confirmed
                then 'the answer of the books is not known; it is looked up there before anything else'
            when entries.is_deleted then postings.title || ' was deleted in the books'
            when entries.state <> 'posted' then postings.title || ' is ' || entries.state || ' in the books, not posted'
            when compared.difference <> 0
                then postings.title || ' was changed in the books: ' || compared.differences
            when coalesce(entries.entry_date, (postings.read_back ->> 'date')::date) <> postings.entry_date
                then
                    postings.title || ' is dated ' || coalesce(entries.entry_date, (postings.read_back ->> 'date')::date)
                    || ' in the books, not ' || postings.entry_date
        end as cause
    from postings
    left join compared on postings.write_key = compared.write_key
    left join entries on postings.external_id = entries.external_id

)

select
    'ledger:' || write_key as reconciliation_id,
    'ledger' as subject,
    write_key as record_key,
    'woocommerce:' || substring(base_key from '^woocommerce_order_([0-9]+)$') as order_id,
    occurred_on,
    expected_amount,
    found_amount,
    case when state = 'open' then expected_amount else difference end as difference,
    state,
    cause,
    (coalesce(extracted_at, posted_at)::date - occurred_on)::integer as age_days,
    {{ var("build_id") }}::bigint as build_id
from judged
