{{ config(
    materialized="table",
    indexes=[{"columns": ["payout_id_stripe"], "unique": true}, {"columns": ["bank_line_id"], "unique": true}],
) }}

-- Which line of the bank each payout is: the one that names it, else one of its amount within four days, else one that
-- speaks of Stripe on those days, whatever its amount. No line is two payouts. A payout a day at most: looked at as a whole.
with recursive payouts as (

    select * from {{ ref("payouts") }}
    where not is_deleted and coalesce(status, '') not in ('failed', 'canceled') and arrival_date is not null

),

bank_lines as (

    select
        bank_lines.bank_line_id,
        bank_lines.bank_date,
        bank_lines.amount,
        coalesce(bank_lines.currency, business.currency) as currency,
        lower(substring(bank_lines.description from '(?i)\mpo_[a-z0-9_]+')) as named_payout,
        coalesce(bank_lines.description ~* 'stripe', false) as names_stripe
    from {{ ref("bank_lines") }} as bank_lines
    left join {{ ref("stg_settings__business") }} as business on true
    where bank_lines.is_counted and not bank_lines.is_deleted

),

named_candidates as (

    select
        lower(payouts.payout_id_stripe) as group_key,
        row_number() over (
            partition by lower(payouts.payout_id_stripe)
            order by
                bank_lines.amount = payouts.amount desc,
                abs(bank_lines.bank_date - payouts.arrival_date),
                payouts.payout_id_stripe,
                bank_lines.bank_line_id
        ) as step,
        payouts.payout_id_stripe as left_id,
        bank_lines.bank_line_id as right_id
    from payouts
    inner join bank_lines on lower(payouts.payout_id_stripe) = bank_lines.named_payout

),

{{ pairs_taken("named", "named_candidates") }},

open_payouts as (

    select * from payouts
    where payout_id_stripe not in (select named.left_id from named)

),

-- A line that names a payout is that one's and no other's.
open_lines as (

    select * from bank_lines
    where named_payout is null

),

equal_candidates as (

    select
        open_payouts.currency || ' ' || open_payouts.amount as group_key,
        row_number() over (
            partition by open_payouts.currency, open_payouts.amount
            order by
                open_lines.names_stripe desc,
                abs(open_lines.bank_date - open_payouts.arrival_date),
                open_payouts.arrival_date,
                open_payouts.payout_id_stripe,
                open_lines.bank_line_id
        ) as step,
        open_payouts.payout_id_stripe as left_id,
        open_lines.bank_line_id as right_id
    from open_payouts
    inner join open_lines
        on
            open_payouts.amount = open_lines.amount
            and open_payouts.currency = open_lines.currency
            and open_lines.bank_date between open_payouts.arrival_date - 4 and open_payouts.arrival_date + 4

),

{{ pairs_taken("equal", "equal_candidates") }},

near_candidates as (

    select
        'all' as group_key,
        row_number() over (
            order by
                abs(open_lines.amount - open_payouts.amount),
                abs(open_lines.bank_date - open_payouts.arrival_date),
                open_payouts.payout_id_stripe,
                open_lines.bank_line_id
        ) as step,
        open_payouts.payout_id_stripe as left_id,
        open_lines.bank_line_id as right_id
    from open_payouts
    inner join open_lines
        on
            open_payouts.currency = open_lines.currency
            and open_lines.names_stripe
            and open_lines.bank_date between open_payouts.arrival_date - 4 and open_payouts.arrival_date + 4
    where
        open_payouts.payout_id_stripe not in (select equal.left_id from equal)
        and open_lines.bank_line_id not in (select equal.right_id from equal)

),

{{ pairs_taken("near", "near_candidates") }},

matched as (

    select
        left_id,
        right_id,
        'payout id' as matched_by
    from named

    union all

    select
        left_id,
        right_id,
        'amount' as matched_by
    from equal

    union all

    select
        left_id,
        right_id,
        'day' as matched_by
    from near

)

select
    matched.left_id as payout_id_stripe,
    bank_lines.bank_line_id,
    bank_lines.bank_date,
    bank_lines.amount,
    bank_lines.currency,
    matched.matched_by,
    {{ var("build_id") }}::bigint as build_id
from matched
inner join bank_lines on matched.right_id = bank_lines.bank_line_id
