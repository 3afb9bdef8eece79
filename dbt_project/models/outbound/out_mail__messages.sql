{{ config(
    unique_key="order_id",
    meta={"changed": "int_messages_changed", "system": "mail", "thing": "message"},
    indexes=[
        {"columns": ["write_key"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

-- Mails to customers, each to be sent once.
with due as (

    select * from {{ ref("messages_due") }}
    {{ where_changed("order_id", "int_messages_changed") }}

)

select
    message_key as write_key,
    'posting' as write_kind,
    kind,
    order_id,
    order_number,
    language,
    payload,
    payload_hash,
    hold_class,
    hold_reason,
    {{ var("build_id") }}::bigint as build_id
from due
