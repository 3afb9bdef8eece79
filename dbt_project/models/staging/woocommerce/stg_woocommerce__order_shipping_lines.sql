-- depends_on: {{ ref("stg_woocommerce__orders") }}
{{ config(
    unique_key="order_id",
    meta={"changed": "stg_woocommerce__orders"},
    indexes=[
        {"columns": ["order_shipping_line_id"], "unique": true},
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
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (shipping_lines jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.shipping_lines") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        method_id text,
        method_title text,
        total text,
        total_tax text
    )

),

typed as (

    select
        order_id || ':' || position as order_shipping_line_id,
        order_id,
        position::integer as line_number,
        {{ as_bigint("id") }} as shipping_line_id_woocommerce,
        nullif(method_id, '') as method_id,
        nullif(method_title, '') as method_title,
        {{ as_numeric("total") }} as total_amount,
        {{ as_numeric("total_tax") }} as tax_amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "total": "numeric!",
            "total_tax": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
