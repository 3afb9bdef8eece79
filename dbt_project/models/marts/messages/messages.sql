{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed"},
    indexes=[
        {"columns": ["message_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["state"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Every mail to a customer, and what became of it.
with written as (

    select * from {{ ref("int_messages_written") }}
    {{ where_changed("order_id", "int_messages_changed") }}
    and is_current

),

due as (

    select * from {{ ref("messages_due") }}
    {{ where_changed("order_id", "int_messages_changed") }}

),

bounces as (

    select distinct on (message_id)
        message_id,
        reported_at,
        status_code,
        diagnostic
    from {{ ref("stg_mail__bounces") }}
    where message_id in (select written.message_id from written) and is_failure
    order by message_id, reported_at, notice_key

),

unioned as (

    select
        message_key,
        kind,
        order_id,
        payload,
        message_id,
        status,
        reason,
        case when is_told and status <> 'waived' then sent_at end as sent_at
    from written

    union all

    select
        message_key,
        kind,
        order_id,
        payload,
        payload ->> 'message_id' as message_id,
        'planned' as status,
        hold_reason as reason,
        null::timestamptz as sent_at
    from due
    where message_key not in (select written.message_key from written)

),

judged as (

    select
        unioned.*,
        case
            when unioned.status = 'confirmed' and bounces.message_id is not null then 'bounced'
            when unioned.status = 'confirmed' then 'sent'
            when unioned.status in ('sent', 'unknown') then 'in_doubt'
            when unioned.status = 'planned' then 'due'
            else unioned.status
        end as state,
        case when unioned.status = 'confirmed' then bounces.reported_at end as bounced_at,
        case
            when unioned.status <> 'confirmed' or bounces.message_id is null then null
            when bounces.status_code = '5.1.1' then 'there is no such mailbox (5.1.1)'
            when bounces.status_code = '5.2.1' then 'the mailbox is disabled (5.2.1)'
            when bounces.status_code = '5.2.2' then 'the mailbox is full (5.2.2)'
            else coalesce(bounces.diagnostic, bounces.status_code, 'the notice gives no reason')
        end as bounce_reason
    from unioned
    left join bounces on unioned.message_id = bounces.message_id

)

select
    message_key,
    kind,
    order_id,
    payload ->> 'order_number' as order_number,
    regexp_replace(payload -> 'recipient' ->> 'address', '^(.?).*@', '\1***@') as recipient,
    payload ->> 'language' as language,
    message_id,
    state,
    state in ('bounced', 'refused', 'in_doubt') as is_failed,
    coalesce(bounce_reason, reason) as reason,
    {{ as_day("payload ->> 'promise_date'") }} as promise_date,
    sent_at,
    bounced_at,
    bounce_reason,
    {{ var("build_id") }}::bigint as build_id
from judged
