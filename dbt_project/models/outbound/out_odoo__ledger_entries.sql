{{ config(
    unique_key="base_key",
    meta={"changed": "int_ledger_entries_due_changed", "system": "odoo", "thing": "ledger_entry"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["base_key"]},
        {"columns": ["build_id"]},
    ],
) }}

-- One journal entry for each event, or for each day, channel and province. An entry that went to the books stays as it
-- was sent. Where it no longer says what happened, its reversal is due, and a new entry if there still is something to post.
with books as (

    select * from {{ ref("books") }}

),

postings as (

    select * from {{ ref("ledger_postings") }}
    {{ where_changed("base_key", "int_ledger_entries_due_changed") }}

),

events as (

    select * from {{ ref("ledger_events") }}
    {{ where_changed("base_key", "int_ledger_entries_due_changed") }}
    and not waits_for_its_day

),

lines as (

    select
        events.base_key,
        lines_due.role,
        lines_due.account_code,
        lines_due.line_name,
        lines_due.currency,
        min(lines_due.position) as position,
        sum(lines_due.debit_amount - lines_due.credit_amount) as amount,
        sum(lines_due.currency_amount) as currency_amount
    from events
    inner join {{ ref("ledger_lines_due") }} as lines_due on events.event_id = lines_due.event_id
    group by events.base_key, lines_due.role, lines_due.account_code, lines_due.line_name, lines_due.currency
    having sum(lines_due.debit_amount - lines_due.credit_amount) <> 0

),

numbered as (

    select
        lines.*,
        row_number() over (
            partition by base_key
            order by position, role, line_name, currency, account_code
        ) as line_key
    from lines

),

entries as (

    select
        base_key,
        min(posting_date) as occurred_on,
        count(*) as event_count,
        case
            when min(event_id) = base_key then min(title)
            else concat_ws(', ', 'Sales and refunds of ' || min(posting_date), min(channel), min(province))
        end as title,
        min(event_id) <> base_key as is_summary,
        jsonb_agg(
            jsonb_build_object('event_id', event_id, 'event_kind', event_kind, 'source_key', source_key)
            order by event_id
        ) as events,
        string_agg(event_id, ',' order by event_id) as event_ids
    from events
    group by base_key

),

amounts as (

    select
        numbered.base_key,
        jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'line_key', numbered.line_key::text,
                'role', numbered.role,
                'account_code', numbered.account_code,
                'name', case when entries.is_summary then '' else entries.title || ': ' end || numbered.line_name,
                'debit', {{ money_text("greatest(numbered.amount, 0)") }},
                'credit', {{ money_text("greatest(-numbered.amount, 0)") }},
                'currency', numbered.currency,
                'currency_amount', {{ money_text("numbered.currency_amount") }}
            ))
            order by numbered.line_key
        ) as lines,
        sum(greatest(numbered.amount, 0)) as total_amount,
        string_agg(
            concat_ws(' ', numbered.role, numbered.currency, numbered.currency_amount, numbered.amount),
            ',' order by numbered.role, numbered.line_name, numbered.currency, numbered.amount
        ) as content,
        string_agg(distinct numbered.role, ', ' order by numbered.role)
        filter (where numbered.account_code is null) as missing_roles
    from numbered
    inner join entries on numbered.base_key = entries.base_key
    group by numbered.base_key

),

wanted as (

    select
        entries.*,
        amounts.lines,
        amounts.total_amount,
        amounts.missing_roles,
        {{ content_hash("entries.occurred_on", "entries.event_ids", "amounts.content") }} as content_hash
    from entries
    inner join amounts on entries.base_key = amounts.base_key

),

-- The entry of each base that stands: the newest that was not reversed.
standing as (

    select distinct on (postings.base_key) postings.*
    from postings
    left join postings as reversals
        on
            postings.base_key = reversals.base_key
            and postings.sequence_number = reversals.sequence_number
            and reversals.is_reversal
    where not postings.is_reversal and reversals.base_key is null
    order by postings.base_key, postings.sequence_number desc

),

last_numbers as (

    select
        base_key,
        max(sequence_number) as sequence_number
    from postings
    where not is_reversal
    group by base_key

),

-- The books are mended only once it is known how they stand.
undone as (

    select
        standing.*,
        wanted.base_key is not null as is_replaced
    from standing
    left join wanted on standing.base_key = wanted.base_key
    where standing.is_confirmed and wanted.content_hash is distinct from standing.content_hash

),

reversals_due as (

    select
        undone.base_key,
        undone.base_key || '__reversal_' || undone.sequence_number as write_key,
        undone.occurred_on,
        'Reversal of ' || undone.title as title,
        undone.content_hash,
        '[]'::jsonb as events,
        undone.external_id as reverses,
        undone.entry_date as not_before,
        (
            select jsonb_agg(
                line.entry || jsonb_build_object(
                    'debit', line.entry -> 'credit',
                    'credit', line.entry -> 'debit'
                ) || case
                    when line.entry ? 'currency_amount' then jsonb_build_object(
                        'currency_amount', {{ money_text("-(line.entry ->> 'currency_amount')::numeric") }}
                    )
                    else '{}'::jsonb
                end
                order by (line.entry ->> 'line_key')::integer
            )
            from jsonb_array_elements(undone.payload -> 'lines') as line (entry)
        ) as lines,
        null::text as missing_roles
    from undone

),

new_entries as (

    select
        wanted.base_key,
        wanted.base_key || coalesce('__' || last_numbers.sequence_number + 1, '') as write_key,
        wanted.occurred_on,
        wanted.title || coalesce(' (' || last_numbers.sequence_number + 1 || ')', '') as title,
        wanted.content_hash,
        wanted.events,
        null::text as reverses,
        wanted.occurred_on as not_before,
        wanted.lines,
        wanted.missing_roles
    from wanted
    left join standing on wanted.base_key = standing.base_key
    left join last_numbers on wanted.base_key = last_numbers.base_key
    where standing.base_key is null or wanted.base_key in (select undone.base_key from undone)

),

due as (

    select * from reversals_due

    union all

    select * from new_entries

),

dated as (

    select
        due.*,
        books.currency,
        greatest(due.not_before, books.locked_until + 1) as entry_date
    from due
    cross join books

),

payloads as (

    select
        base_key,
        write_key,
        entry_date,
        currency,
        missing_roles,
        jsonb_strip_nulls(jsonb_build_object(
            'external_id', 'counterflow.ledger_entry_' || write_key,
            'ref', title || case
                when entry_date > not_before then ' (belongs to ' || not_before || ', which is locked)' else ''
            end,
            'date', entry_date::text,
            'occurred_on', occurred_on::text,
            'currency', currency,
            'reverses', reverses,
            'content_hash', content_hash,
            'events', events,
            'lines', lines
        )) as payload
    from dated

),

all_entries as (

    select
        payloads.base_key,
        payloads.write_key,
        payloads.entry_date,
        payloads.currency,
        payloads.payload,
        md5(payloads.payload::text) as payload_hash,
        payloads.missing_roles
    from payloads

    union all

    -- What went to the books is wanted as it was sent.
    select
        postings.base_key,
        postings.write_key,
        postings.entry_date,
        postings.payload ->> 'currency' as currency,
        postings.payload,
        postings.payload_hash,
        null::text as missing_roles
    from postings

)

select
    all_entries.write_key,
    'posting' as write_kind,
    all_entries.base_key,
    all_entries.entry_date,
    all_entries.currency,
    (
        select sum((line.entry ->> 'debit')::numeric)
        from jsonb_array_elements(all_entries.payload -> 'lines') as line (entry)
    ) as total_amount,
    all_entries.payload,
    all_entries.payload_hash,
    case when all_entries.missing_roles is not null then 'mapping_missing' end as hold_class,
    'No account for ' || all_entries.missing_roles || ': add it to [accounts] in settings.toml' as hold_reason,
    {{ var("build_id") }}::bigint as build_id
from all_entries
