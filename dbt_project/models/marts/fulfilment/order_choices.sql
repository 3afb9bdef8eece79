{{ config(
    unique_key="order_id",
    indexes=[
        {"columns": ["order_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

-- The newest answer of each order counts; the earlier ones are in stg_portal__answers.
with answers as (

    select *
    from {{ ref("stg_portal__answers") }}
    where
        order_id is not null
        and choice is not null
        and not is_deleted
        {% if is_incremental() %}
            and order_id in (
                select newer.order_id
                from {{ ref("stg_portal__answers") }} as newer
                where {{ is_new("newer.build_id") }}
            )
        {% endif %}

),

newest as (

    select distinct on (order_id)
        order_id,
        choice,
        answered_at,
        answer_number,
        {{ var("build_id") }}::bigint as build_id
    from answers
    order by order_id asc, answer_number desc nulls last, answered_at desc

)

select * from newest
