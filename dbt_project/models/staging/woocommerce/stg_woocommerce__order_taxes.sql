-- depends_on: {{ ref("stg_woocommerce__orders") }}
{{ config(
    unique_key="order_id",
    meta={"changed": "stg_woocommerce__orders"},
    indexes=[
        {"columns": ["order_tax_id"], "unique": true},
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
        record.*,
        taxed.taxable_amount,
        taxed.taxed_parts
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as payload (
        tax_lines jsonb,
        line_items jsonb,
        fee_lines jsonb,
        shipping_lines jsonb
    )
    cross join lateral
        jsonb_array_elements({{ json_list("payload.tax_lines") }}) with ordinality as item (entry, position)
    cross join lateral jsonb_to_record({{ json_object("item.entry") }}) as record (
        id text,
        rate_id text,
        rate_code text,
        label text,
        compound text,
        rate_percent text,
        tax_total text,
        shipping_tax_total text
    )
    -- What the rate was charged on: every line, fee and shipping line that lists it among its taxes.
    cross join lateral (
        select
            sum({{ as_numeric("part.entry ->> 'total'") }}) as taxable_amount,
            count(*) as taxed_parts
        from jsonb_array_elements(
            {{ json_list("payload.line_items") }}
            || {{ json_list("payload.fee_lines") }}
            || {{ json_list("payload.shipping_lines") }}
        ) as part (entry)
        where
            exists (
                select 1
                from jsonb_array_elements({{ json_list("part.entry -> 'taxes'") }}) as tax (entry)
                where tax.entry ->> 'id' = record.rate_id and tax.entry ->> 'total' <> ''
            )
    ) as taxed

),

typed as (

    select
        order_id || ':' || position as order_tax_id,
        order_id,
        position::integer as line_number,
        {{ as_bigint("rate_id") }} as tax_rate_id_woocommerce,
        nullif(rate_code, '') as rate_code,
        nullif(label, '') as label,
        {{ as_boolean("compound") }} as is_compound,
        trim_scale({{ as_numeric("rate_percent") }} / 100) as tax_rate,
        coalesce(taxable_amount, 0) as taxable_amount,
        taxed_parts::integer as taxed_parts,
        {{ as_numeric("tax_total") }} as goods_tax_amount,
        coalesce({{ as_numeric("shipping_tax_total") }}, 0) as shipping_tax_amount,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "rate_id": "bigint!",
            "rate_code": "text",
            "compound": "boolean",
            "rate_percent": "numeric",
            "tax_total": "numeric!",
            "shipping_tax_total": "numeric",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
