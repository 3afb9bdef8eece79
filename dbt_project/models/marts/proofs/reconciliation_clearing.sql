{{ config(materialized="view") }}

-- Stripe's clearing account, item by item, and as a whole twice: events against Stripe's balance, and against the account in
-- the books. Reads every item: for a person, not for each hour.
with items as (

    select * from {{ ref("int_clearing_compared") }}

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

records_read as (

    select (records_read.read_at at time zone business.time_zone)::date as read_date
    from {{ ref("int_stripe_records_read") }} as records_read
    cross join business

),

item_sums as (

    select
        coalesce(sum(expected_amount), 0) as expected_amount,
        coalesce(sum(found_amount), 0) as found_amount,
        count(*) filter (where state = 'open') as open_count,
        count(*) filter (where state = 'differs') as differs_count
    from items

),

unposted as (

    select
        coalesce(sum(lines_due.debit_amount - lines_due.credit_amount), 0) as amount,
        count(distinct lines_due.event_id) as event_count
    from {{ ref("ledger_lines_due") }} as lines_due
    left join {{ ref("ledger_events") }} as events on lines_due.event_id = events.event_id
    where lines_due.role = 'clearing.stripe' and not coalesce(events.is_posted, false)

),

clearing_accounts as (

    select account_code
    from {{ ref("stg_settings__accounts") }}
    where role = 'clearing.stripe' and not is_deleted

),

-- The account as the books were read last, and what was posted since.
books as (

    select
        (
            select coalesce(sum(ledger_lines.balance_amount), 0)
            from {{ ref("ledger_lines") }} as ledger_lines
            inner join clearing_accounts on ledger_lines.account_code = clearing_accounts.account_code
            where ledger_lines.state = 'posted' and not ledger_lines.is_deleted
        )
        + (
            select coalesce(sum(lines_posted.debit_amount - lines_posted.credit_amount), 0)
            from {{ ref("ledger_lines_posted") }} as lines_posted
            inner join {{ ref("ledger_postings") }} as postings on lines_posted.write_key = postings.write_key
            left join {{ ref("ledger_entries") }} as entries on postings.external_id = entries.external_id
            where lines_posted.role = 'clearing.stripe' and entries.external_id is null
        ) as amount

),

totals as (

    select
        'stripe' as record_key,
        item_sums.expected_amount,
        item_sums.found_amount,
        case
            when item_sums.differs_count > 0 then 'differs'
            when item_sums.open_count > 0 then 'open'
            else 'agrees'
        end as state,
        nullif(
            concat_ws(
                ', ',
                case when item_sums.open_count > 0 then item_sums.open_count || ' open' end,
                case when item_sums.differs_count > 0 then item_sums.differs_count || ' unexplained' end
            ),
            ''
        ) as cause
    from item_sums

    union all

    select
        'books' as record_key,
        item_sums.expected_amount,
        books.amount as found_amount,
        case
            when item_sums.expected_amount = books.amount and unposted.event_count = 0 then 'agrees'
            when item_sums.expected_amount - unposted.amount = books.amount then 'open'
            else 'differs'
        end as state,
        case
            when item_sums.expected_amount = books.amount and unposted.event_count = 0 then null
            when item_sums.expected_amount - unposted.amount = books.amount
                then unposted.event_count || ' entries of ' || unposted.amount || ' together are not posted yet'
            else
                'the account holds ' || books.amount || '; ' || item_sums.expected_amount - unposted.amount
                || ' was posted there'
        end as cause
    from item_sums
    cross join unposted
    cross join books

)

select
    'clearing:' || record_key as reconciliation_id,
    'clearing' as subject,
    record_key,
    order_id,
    occurred_on,
    expected_amount,
    found_amount,
    difference,
    state,
    cause,
    age_days,
    build_id
from items

union all

select
    'clearing:total:' || totals.record_key as reconciliation_id,
    'clearing_total' as subject,
    totals.record_key,
    null::text as order_id,
    records_read.read_date as occurred_on,
    totals.expected_amount,
    totals.found_amount,
    totals.expected_amount - totals.found_amount as difference,
    totals.state,
    totals.cause,
    case when totals.state <> 'agrees' then 0 end as age_days,
    null::bigint as build_id
from totals
left join records_read on true
