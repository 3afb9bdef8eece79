-- depends_on: {{ ref("stg_woocommerce__refunds") }}
{{ config(
    unique_key="refund_id",
    meta={"changed": "stg_woocommerce__refunds"},
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["refund_fee_line_id"], "unique": true},
        {"columns": ["refund_id"]},
        {"columns": ["order_id"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "refunds") }}
    {{ where_new() }}

),

taken_apart as (

    select
        'woocommerce:' || source.key as refund_id,
        'woocommerce:' || {{ as_bigint("payload.parent_id") }} as order_id,
        item.position,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (parent_id text, fee_lines jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.fee_lines") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        name text,
        total text
    )

),

typed as (

    select
        refund_id || ':' || position as refund_fee_line_id,
        refund_id,
        order_id,
        position::integer as line_number,
        nullif(name, '') as fee_name,
        -- Negative in the shop; here what is given back.
        -{{ as_numeric("total") }} as total_amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({"total": "numeric!"}) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
