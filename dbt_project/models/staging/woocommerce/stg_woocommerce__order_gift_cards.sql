-- depends_on: {{ ref("stg_woocommerce__orders") }}
{{ config(
    unique_key="order_id",
    meta={"changed": "stg_woocommerce__orders"},
    indexes=[
        {"columns": ["order_gift_card_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "orders") }}
    {{ where_new() }}

),

taken_apart as (

    select
        'woocommerce:' || source.key as order_id,
        item.position,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (gift_cards jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.gift_cards") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        code text,
        amount text
    )

),

typed as (

    select
        order_id || ':gift_card:' || position as order_gift_card_id,
        order_id,
        position::integer as line_number,
        {{ as_bigint("id") }} as gift_card_id_woocommerce,
        nullif(code, '') as gift_card_code,
        {{ as_numeric("amount") }} as amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint",
            "amount": "numeric!",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
