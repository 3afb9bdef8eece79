{{ config(
    unique_key="refund_id",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["refund_id"], "unique": true},
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
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        -- Refund lines are negative in the shop; here a refund's amounts are what is given back.
        (
            select -sum({{ as_numeric("line.entry ->> 'total'") }})
            from jsonb_array_elements({{ json_list("record.shipping_lines") }}) as line (entry)
        ) as shipping_amount,
        (
            select -sum({{ as_numeric("line.entry ->> 'total'") }})
            from jsonb_array_elements({{ json_list("record.fee_lines") }}) as line (entry)
        ) as fee_amount,
        (
            select
                -sum(
                    coalesce({{ as_numeric("line.entry ->> 'tax_total'") }}, 0)
                    + coalesce({{ as_numeric("line.entry ->> 'shipping_tax_total'") }}, 0)
                )
            from jsonb_array_elements({{ json_list("record.tax_lines") }}) as line (entry)
        ) as tax_amount,
        (
            select min(meta.entry ->> 'value')
            from jsonb_array_elements({{ json_list("record.meta_data") }}) as meta (entry)
            where meta.entry ->> 'key' = '_stripe_refund_id'
        ) as stripe_refund_id
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        parent_id text,
        amount text,
        reason text,
        refunded_payment text,
        date_created_gmt text,
        shipping_lines jsonb,
        fee_lines jsonb,
        tax_lines jsonb,
        meta_data jsonb
    )

),

typed as (

    select
        'woocommerce:' || key as refund_id,
        {{ as_bigint("id") }} as refund_id_woocommerce,
        'woocommerce:' || {{ as_bigint("parent_id") }} as order_id,
        {{ as_id("stripe_refund_id") }} as refund_id_stripe,
        {{ as_numeric("amount") }} as amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(fee_amount, 0) as fee_amount,
        coalesce(tax_amount, 0) as tax_amount,
        nullif(reason, '') as reason,
        coalesce({{ as_boolean("refunded_payment") }}, false) as is_paid_back,
        {{ as_utc("date_created_gmt") }} as refunded_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "parent_id": "bigint!",
            "amount": "numeric!",
            "refunded_payment": "boolean",
            "date_created_gmt": "timestamp!",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
