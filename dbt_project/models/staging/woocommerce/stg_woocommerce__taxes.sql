{{ config(
    unique_key="tax_rate_key",
    post_hook="{{ index_problems() }}",
    indexes=[
        {"columns": ["tax_rate_key"], "unique": true},
        {"columns": ["tax_rate_id_woocommerce"]},
        {"columns": ["build_id"]},
    ],
) }}

with source as (

    select * from {{ source("woocommerce", "taxes") }}
    {{ where_new() }}

),

taken_apart as (

    select
        source.key,
        source.deleted_at,
        source.extracted_at,
        source.version,
        record.*
    from source
    cross join lateral jsonb_to_record({{ json_object("source.payload") }}) as record (
        id text,
        country text,
        state text,
        rate text,
        name text,
        priority text,
        compound text,
        shipping text,
        class text
    )

),

typed as (

    select
        key as tax_rate_key,
        {{ as_bigint("id") }} as tax_rate_id_woocommerce,
        nullif(country, '') as country,
        nullif(state, '') as province,
        upper(nullif(btrim(name), '')) as tax,
        coalesce(nullif(class, ''), 'standard') as tax_class,
        trim_scale({{ as_numeric("rate") }} / 100) as tax_rate,
        {{ as_bigint("priority") }} as priority,
        {{ as_boolean("compound") }} as is_compound,
        {{ as_boolean("shipping") }} as is_charged_on_shipping,
        deleted_at is not null as is_deleted,
        {{ unreadable({
            "id": "bigint!",
            "rate": "numeric!",
            "priority": "bigint",
            "compound": "boolean",
            "shipping": "boolean",
        }) }} as problems,
        deleted_at,
        extracted_at,
        version,
        {{ var("build_id") }}::bigint as build_id
    from taken_apart

)

select * from typed
