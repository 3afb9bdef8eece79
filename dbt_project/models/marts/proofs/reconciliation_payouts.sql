{{ config(
    materialized="table",
    indexes=[{"columns": ["reconciliation_id"], "unique": true}, {"columns": ["state"]}, {"columns": ["build_id"]}],
) }}

-- Each payout three times: against its transactions, against the bank, and against its entry in the books. A payout a day at
-- most: compared as a whole by every build.
with payouts as (

    select * from {{ ref("payouts") }}
    where not is_deleted

),

business as (

    select * from {{ ref("stg_settings__business") }}

),

records_read as (

    select (records_read.read_at at time zone business.time_zone)::date as read_date
    from {{ ref("int_stripe_records_read") }} as records_read
    cross join business

),

bank as (

    select max(bank_date) as known_until
    from {{ ref("bank_lines") }}
    where is_counted and not is_deleted

),

events as (

    select * from {{ ref("ledger_events") }}
    where source_key in (select 'payout:' || payouts.payout_id from payouts)

),

clearing as (

    select account_code
    from {{ ref("stg_settings__accounts") }}
    where role = 'clearing.stripe' and not is_deleted

),

postings as (

    select * from {{ ref("ledger_postings") }}
    where write_key in (select events.write_key from events)

),

-- As the books were read last; before they have been read again, as they were read right after posting.
posted as (

    select
        postings.write_key,
        -sum(ledger_lines.balance_amount) as amount
    from postings
    inner join {{ ref("ledger_lines") }} as ledger_lines on postings.ledger_entry_id = ledger_lines.ledger_entry_id
    inner join clearing on ledger_lines.account_code = clearing.account_code
    where not ledger_lines.is_deleted
    group by postings.write_key

),

sent as (

    select
        write_key,
        sum(credit_amount - debit_amount) as amount
    from {{ ref("ledger_lines_posted") }}
    where role = 'clearing.stripe' and write_key in (select postings.write_key from postings)
    group by write_key

),

against_transactions as (

    select
        payout_id,
        'transactions' as part,
        amount as expected_amount,
        coalesce(transactions_amount, 0) as found_amount,
        case
            when difference is null then 'open'
            when difference = 0 then 'agrees'
            else 'differs'
        end as state,
        case
            when difference is null then 'its transactions are not known in full yet'
            when difference > 0 then 'Stripe paid out ' || difference || ' more than its transactions come to'
            when difference < 0 then 'Stripe paid out ' || -difference || ' less than its transactions come to'
        end as cause
    from payouts
    where not is_by_hand

),

against_bank as (

    select
        payouts.payout_id,
        'bank' as part,
        payouts.amount as expected_amount,
        coalesce(banked.amount, 0) as found_amount,
        case
            when banked.amount = payouts.amount then 'agrees'
            when banked.amount is not null then 'differs'
            when coalesce(payouts.status, '') <> 'paid' then 'open'
            when bank.known_until is null or bank.known_until < payouts.arrival_date + 4 then 'open'
            else 'differs'
        end as state,
        case
            when banked.amount = payouts.amount then null
            when banked.amount is not null then 'the bank has ' || banked.amount || ' on ' || banked.bank_date
            when coalesce(payouts.status, '') <> 'paid' then 'not arrived yet'
            when bank.known_until is null then 'no line of the bank is known'
            when bank.known_until < payouts.arrival_date + 4 then 'the bank is known up to ' || bank.known_until || ' only'
            else 'the bank has no such line'
        end as cause
    from payouts
    cross join bank
    left join business on true
    left join {{ ref("int_payouts_banked") }} as banked on payouts.payout_id_stripe = banked.payout_id_stripe
    where
        coalesce(payouts.status, '') not in ('failed', 'canceled')
        and payouts.amount <> 0
        and payouts.arrival_date >= business.books_start_date

),

against_books as (

    select
        payouts.payout_id,
        'entry' as part,
        case when payouts.is_ledger_due then payouts.booked_amount else 0 end as expected_amount,
        case when events.is_posted then coalesce(posted.amount, sent.amount, 0) else 0 end as found_amount,
        events.is_posted,
        payouts.is_ledger_due,
        payouts.ledger_wait_reason,
        payouts.status
    from payouts
    left join business on true
    left join events on 'payout:' || payouts.payout_id = events.source_key
    left join posted on events.write_key = posted.write_key
    left join sent on events.write_key = sent.write_key
    where payouts.amount <> 0 and payouts.arrival_date >= business.books_start_date

),

compared as (

    select * from against_transactions

    union all

    select * from against_bank

    union all

    select
        payout_id,
        part,
        expected_amount,
        found_amount,
        case
            when expected_amount = found_amount and (is_ledger_due or status in ('failed', 'canceled')) then 'agrees'
            when not is_ledger_due or not coalesce(is_posted, false) then 'open'
            else 'differs'
        end as state,
        case
            when expected_amount = found_amount and (is_ledger_due or status in ('failed', 'canceled')) then null
            when not is_ledger_due then ledger_wait_reason
            when not coalesce(is_posted, false) then 'its entry is not posted yet'
            else 'its entry has ' || found_amount || ' on the clearing account'
        end as cause
    from against_books

)

select
    'payout:' || compared.payout_id || ':' || compared.part as reconciliation_id,
    'payout' as subject,
    compared.payout_id as record_key,
    null::text as order_id,
    coalesce(payouts.arrival_date, payouts.created_date) as occurred_on,
    compared.expected_amount,
    compared.found_amount,
    compared.expected_amount - compared.found_amount as difference,
    compared.state,
    compared.cause,
    case
        when compared.state <> 'agrees'
            then greatest(records_read.read_date - coalesce(payouts.arrival_date, payouts.created_date), 0)
    end as age_days,
    {{ var("build_id") }}::bigint as build_id
from compared
inner join payouts on compared.payout_id = payouts.payout_id
left join records_read on true
