-- depends_on: {{ ref("stg_woocommerce__refunds") }}
{{ config(
    unique_key="refund_id",
    meta={"changed": "stg_woocommerce__refunds"},
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["refund_line_id"], "unique": true},
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
        record.*,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_refunded_item_id'
        ) as refunded_item_id
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (parent_id text, line_items jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.line_items") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        name text,
        sku text,
        quantity text,
        total text,
        total_tax text,
        meta_data jsonb
    )

),

typed as (

    select
        refund_id || ':' || position as refund_line_id,
        refund_id,
        order_id,
        order_id || ':' || {{ as_bigint("refunded_item_id") }} as order_line_id,
        position::integer as line_number,
        {{ as_bigint("id") }} as refund_line_id_woocommerce,
        nullif(btrim(sku), '') as sku,
        name as description,
        -- Negative in the shop; here what is given back.
        -{{ as_numeric("quantity") }} as quantity,
        -{{ as_numeric("total") }} as total_amount,
        -{{ as_numeric("total_tax") }} as tax_amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "quantity": "numeric!",
            "total": "numeric!",
            "total_tax": "numeric",
            "refunded_item_id": "bigint",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
