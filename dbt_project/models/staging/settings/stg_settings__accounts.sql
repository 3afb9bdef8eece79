{{ config(
    unique_key="role",
    indexes=[{"columns": ["role"], "unique": true}, {"columns": ["build_id"]}],
) }}

-- Written anew only where a role's account changed, so that build_id says which entries must be looked at again.
with source as (

    select * from {{ source("settings", "accounts") }}

),

typed as (

    select
        source.role,
        source.account_code,
        false as is_deleted,
        {{ var("build_id") }}::bigint as build_id
    from source
    {% if is_incremental() %}
        left join {{ this }} as before on source.role = before.role
        where before.role is null or before.is_deleted or before.account_code <> source.account_code

        union all

        select
            before.role,
            before.account_code,
            true as is_deleted,
            {{ var("build_id") }}::bigint as build_id
        from {{ this }} as before
        where not before.is_deleted and before.role not in (select source.role from source)
    {% endif %}

)

select * from typed
