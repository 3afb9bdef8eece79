{{ config(
    unique_key="customer_record_id",
    indexes=[
        {"columns": ["customer_record_id"], "unique": true},
        {"columns": ["customer_id"]},
        {"columns": ["build_id"]},
    ],
) }}

{#- Which customer each record is: one row per account and order of the web shop and per partner of Odoo that bought.
    The match rule: the e-mail address, without blanks around it and whatever its case. A record without one is a
    customer of its own. Names, telephone numbers and addresses are weak signs and never join two customers. -#}
with web_accounts as (

    select
        'woocommerce:' || customer_key as customer_record_id,
        customer_id,
        1 as precedence,
        customer_id_woocommerce,
        null::bigint as partner_id_odoo,
        email,
        customer_name,
        phone,
        city,
        province,
        country,
        created_at as seen_at,
        is_deleted
    from {{ ref("stg_woocommerce__customers") }}
    {% if is_incremental() %}where {{ is_new() }}{% endif %}

),

web_orders as (

    select
        'woocommerce_order:' || order_id_woocommerce as customer_record_id,
        {{ customer_key("email", "woocommerce", "customer_id_woocommerce") }} as customer_id,
        3 as precedence,
        customer_id_woocommerce,
        null::bigint as partner_id_odoo,
        email,
        customer_name,
        null::text as phone,
        null::text as city,
        delivery_province as province,
        delivery_country as country,
        created_at as seen_at,
        is_deleted
    from {{ ref("stg_woocommerce__orders") }}
    where order_id_woocommerce is not null
    {% if is_incremental() %}and {{ is_new() }}{% endif %}

),

buyers as not materialized (

    select * from {{ ref("int_odoo_buyers") }}

),

partners_to_see as (

    select partner_id from {{ ref("stg_odoo__res_partner") }} where {{ is_new() }}
    union
    select partner_id from buyers where {{ is_new() }}

),

partners as (

    select
        'odoo:' || partners.partner_id as customer_record_id,
        {{ customer_key("partners.email", "odoo", "partners.partner_id") }} as customer_id,
        2 as precedence,
        null::bigint as customer_id_woocommerce,
        partners.partner_id as partner_id_odoo,
        partners.email,
        partners.partner_name as customer_name,
        partners.phone,
        partners.city,
        partners.province,
        partners.country,
        partners.created_at as seen_at,
        partners.is_deleted
    from {{ ref("int_odoo_partners_placed") }} as partners
    where
        partners.partner_id is not null
        {% if is_incremental() %}
        and partners.partner_id in (select partners_to_see.partner_id from partners_to_see)
        {% endif %}
        and (
            partners.customer_rank > 0
            or partners.partner_id in (select buyers.partner_id from buyers)
        )

),

records as (

    select * from web_accounts
    union all
    select * from web_orders
    union all
    select * from partners

)

select
    records.customer_record_id,
    records.customer_id,
    case when records.customer_id like 'email:%' then 'email' else 'own id' end as match_rule,
    records.precedence,
    records.customer_id_woocommerce,
    records.partner_id_odoo,
    lower(btrim(records.email)) as email,
    records.customer_name,
    records.phone,
    records.city,
    records.province,
    records.country,
    records.seen_at,
    records.is_deleted,
    {% if is_incremental() %}
    -- Whose it was at the last build that succeeded, so that this customer is looked at again as well.
    case
        when (before.customer_id is distinct from records.customer_id)
            then array_append(
                case when {{ is_new("before.build_id") }} then before.customer_ids_before else '{}'::text[] end,
                before.customer_id
            )
        when {{ is_new("before.build_id") }} then before.customer_ids_before
        else '{}'::text[]
    end as customer_ids_before,
    {% else %}
    '{}'::text[] as customer_ids_before,
    {% endif %}
    {{ var("build_id") }}::bigint as build_id
from records
{% if is_incremental() %}
left join {{ this }} as before on records.customer_record_id = before.customer_record_id
{% endif %}
