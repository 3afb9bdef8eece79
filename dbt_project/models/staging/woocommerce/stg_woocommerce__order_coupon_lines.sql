-- depends_on: {{ ref("stg_woocommerce__orders") }}
{{ config(
    unique_key="order_id",
    meta={"changed": "stg_woocommerce__orders"},
    indexes=[
        {"columns": ["order_coupon_line_id"], "unique": true},
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
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (coupon_lines jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.coupon_lines") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        code text,
        discount text,
        discount_tax text,
        discount_type text
    )

),

typed as (

    select
        order_id || ':' || position as order_coupon_line_id,
        order_id,
        position::integer as line_number,
        {{ as_bigint("id") }} as coupon_line_id_woocommerce,
        nullif(code, '') as coupon_code,
        nullif(discount_type, '') as discount_type,
        {{ as_numeric("discount") }} as discount_amount,
        {{ as_numeric("discount_tax") }} as discount_tax_amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "code": "text!",
            "discount": "numeric!",
            "discount_tax": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
