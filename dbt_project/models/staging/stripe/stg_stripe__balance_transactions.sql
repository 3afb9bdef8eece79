{{ config(
    unique_key="balance_transaction_id_stripe",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["balance_transaction_id_stripe"], "unique": true},
        {"columns": ["source_id_stripe"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("stripe", "balance_transactions") }}
    {{ where_new() }}

),

currencies as (

    select * from {{ ref("currencies") }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*,
        currencies.exponent_stripe as exponent
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        type text,
        reporting_category text,
        amount text,
        fee text,
        net text,
        currency text,
        status text,
        source text,
        description text,
        exchange_rate text,
        fee_details jsonb,
        created text,
        available_on text
    )
    left join currencies on upper(record.currency) = currencies.currency

),

typed as (

    select
        key as balance_transaction_id_stripe,
        {{ as_id("source") }} as source_id_stripe,
        type as transaction_type,
        reporting_category,
        upper(nullif(currency, '')) as currency,
        status as status_stripe,
        description,
        {{ major_units(as_bigint("amount"), "exponent") }} as amount,
        {{ major_units(as_bigint("fee"), "exponent") }} as fee_amount,
        (
            select coalesce(sum({{ major_units(as_bigint("detail.entry ->> 'amount'"), "exponent") }}), 0)
            from jsonb_array_elements({{ json_list("fee_details") }}) as detail (entry)
            where detail.entry ->> 'type' = 'tax'
        ) as fee_tax_amount,
        {{ major_units(as_bigint("net"), "exponent") }} as net_amount,
        {{ as_numeric("exchange_rate") }} as exchange_rate,
        {{ as_epoch("created") }} as created_at,
        {{ as_epoch("available_on") }} as available_at,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "text!",
            "type": "text!",
            "amount": "bigint!",
            "fee": "bigint!",
            "net": "bigint!",
            "exchange_rate": "numeric",
            "created": "epoch!",
            "available_on": "epoch",
        }) }}
        || case when exponent is null then array['currency'] else array[]::text[] end as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
