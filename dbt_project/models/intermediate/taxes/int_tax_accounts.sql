{{ config(materialized="view") }}

-- The accounts that taxes are kept on, by the settings, and what each is for. One account may serve several taxes: what it
-- is for is then null where they differ.
with roles as (

    select
        account_code,
        split_part(role, '.', 1) = 'tax_recoverable' as is_recoverable,
        split_part(role, '.', 2) as tax,
        nullif(split_part(role, '.', 3), '') as province
    from {{ ref("stg_settings__accounts") }}
    where not is_deleted and (role like 'tax.%' or role like 'tax\_recoverable.%')

)

select
    account_code,
    bool_and(is_recoverable) as is_recoverable,
    case when count(distinct tax) = 1 then min(tax) end as tax,
    case when count(distinct province) = 1 and count(*) = count(province) then min(province) end as province,
    case
        when count(distinct {{ tax_authority("tax", "province") }}) = 1 then min({{ tax_authority("tax", "province") }})
    end as authority
from roles
group by account_code
