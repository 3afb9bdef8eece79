-- depends_on: {{ ref("stg_woocommerce__orders") }}
{{ config(
    unique_key="order_id",
    meta={"changed": "stg_woocommerce__orders"},
    indexes=[
        {"columns": ["order_line_id"], "unique": true},
        {"columns": ["order_id"]},
        {"columns": ["product_id_woocommerce", "variation_id_woocommerce"]},
        {"columns": ["sku_key"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "orders") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        item.position,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        -- A line id comes twice only in a record that is wrong: both lines are kept, and told apart.
        row_number() over (partition by source.key, record.id order by item.position) as occurrence,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_reduced_stock'
        ) as reduced_stock,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_restock_refunded_items'
        ) as restocked,
        -- The checkout writes it on the line, under a name that a shop may show or hide.
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where lower(btrim(meta.entry ->> 'key', ' _')) = 'backordered'
        ) as backordered
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (line_items jsonb)
    cross join lateral
        jsonb_array_elements({{ json_list("payload.line_items") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        name text,
        product_id text,
        variation_id text,
        sku text,
        tax_class text,
        quantity text,
        subtotal text,
        subtotal_tax text,
        total text,
        total_tax text,
        meta_data jsonb
    )

),

typed as (

    select
        'woocommerce:' || key || ':' || coalesce({{ as_bigint("id") }}::text, 'line ' || position)
        || case when occurrence > 1 then '#' || occurrence else '' end as order_line_id,
        'woocommerce:' || key as order_id,
        position::integer as line_number,
        {{ as_bigint("id") }} as line_id_woocommerce,
        nullif({{ as_bigint("product_id") }}, 0) as product_id_woocommerce,
        nullif({{ as_bigint("variation_id") }}, 0) as variation_id_woocommerce,
        nullif(btrim(sku), '') as sku,
        {{ sku_key("sku") }} as sku_key,
        name as description,
        {{ as_numeric("quantity") }} as quantity,
        {{ as_numeric("subtotal") }} as subtotal_amount,
        {{ as_numeric("total") }} as total_amount,
        {{ as_numeric("total_tax") }} as tax_amount,
        {{ as_numeric("reduced_stock") }} as stock_reduced_quantity,
        coalesce({{ as_numeric("restocked") }}, 0) as restocked_quantity,
        least(
            greatest(coalesce({{ as_numeric("backordered") }}, 0), 0), greatest({{ as_numeric("quantity") }}, 0)
        ) as backordered_quantity,
        coalesce(nullif(tax_class, ''), 'standard') as tax_class,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "product_id": "bigint",
            "variation_id": "bigint",
            "quantity": "numeric!",
            "subtotal": "numeric!",
            "subtotal_tax": "numeric",
            "total": "numeric!",
            "total_tax": "numeric",
            "reduced_stock": "numeric",
            "restocked": "numeric",
            "backordered": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
