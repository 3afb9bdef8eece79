{{ config(
    unique_key="source_key",
    meta={"changed": "int_ledger_events_changed"},
    indexes=[
        {"columns": ["event_id"], "unique": true},
        {"columns": ["source_key"]},
        {"columns": ["order_id"]},
        {"columns": ["base_key"]},
        {"columns": ["summary_group"]},
        {"columns": ["posting_date"]},
        {"columns": ["waits_for_its_day"]},
        {"columns": ["is_posted"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Everything that is due in the books, and the entry it is in or will be in.
with lines_due as (

    select * from {{ ref("ledger_lines_due") }}
    {{ where_changed("source_key", "int_ledger_events_changed") }}

),

books as (

    select * from {{ ref("books") }}

),

ledger as (

    select * from {{ ref("stg_settings__ledger") }}

),

events as (

    select
        event_id,
        source_key,
        event_kind,
        posting_date,
        order_id,
        channel,
        province,
        title,
        sum(debit_amount) as amount
    from lines_due
    group by event_id, source_key, event_kind, posting_date, order_id, channel, province, title

),

-- Once an event is in an entry it stays with it, whatever the mode is later.
sent as (

    select distinct on (event_id)
        event_id,
        base_key
    from {{ ref("int_ledger_events_sent") }}
    where event_id in (select events.event_id from events)
    order by event_id, sequence_number desc, base_key

),

grouped as (

    select
        events.*,
        sent.base_key as sent_base_key,
        case
            when ledger.mode = 'daily' and events.channel is not null
                then {{ summary_group("events.posting_date", "events.channel", "events.province") }}
        end as summary_group,
        books.today
    from events
    cross join ledger
    cross join books
    left join sent on events.event_id = sent.event_id

),

-- How many summaries of the group are in the books already.
summaries_sent as (

    select
        summary_group,
        count(distinct base_key) as summary_count
    from {{ ref("ledger_postings") }}
    where summary_group in (select grouped.summary_group from grouped)
    group by summary_group

),

placed as (

    select
        grouped.*,
        coalesce(
            grouped.sent_base_key,
            case
                when summaries_sent.summary_count > 0
                    then grouped.summary_group || '_' || summaries_sent.summary_count + 1
            end,
            grouped.summary_group,
            grouped.event_id
        ) as base_key
    from grouped
    left join summaries_sent on grouped.summary_group = summaries_sent.summary_group

),

reversals as (

    select
        base_key,
        sequence_number
    from {{ ref("ledger_postings") }}
    where is_reversal and base_key in (select placed.base_key from placed)

),

-- The entry of each base that stands: the newest that was not reversed.
standing as (

    select distinct on (postings.base_key)
        postings.base_key,
        postings.write_key,
        postings.is_confirmed
    from {{ ref("ledger_postings") }} as postings
    left join reversals
        on postings.base_key = reversals.base_key and postings.sequence_number = reversals.sequence_number
    where
        not postings.is_reversal
        and reversals.base_key is null
        and postings.base_key in (select placed.base_key from placed)
    order by postings.base_key, postings.sequence_number desc

)

select
    placed.event_id,
    placed.source_key,
    placed.event_kind,
    placed.posting_date,
    placed.order_id,
    placed.channel,
    placed.province,
    placed.title,
    placed.amount,
    placed.summary_group,
    placed.base_key,
    members.write_key,
    coalesce(members.write_key is not null and standing.is_confirmed, false) as is_posted,
    placed.sent_base_key is null
    and placed.summary_group is not null
    and placed.posting_date >= placed.today as waits_for_its_day,
    {{ var("build_id") }}::bigint as build_id
from placed
left join standing on placed.base_key = standing.base_key
left join {{ ref("int_ledger_events_sent") }} as members
    on standing.write_key = members.write_key and placed.event_id = members.event_id
