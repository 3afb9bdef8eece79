{{ config(
    unique_key="customer_id",
    meta={"changed": "int_customers_changed"},
    indexes=[
        {"columns": ["customer_id"], "unique": true},
        {"columns": ["build_id"]},
    ],
) }}

with records as (

    select *
    from {{ ref("int_customers_matched") }}
    {{ where_changed("customer_id", "int_customers_changed") }}
        and customer_id is not null
        and not is_deleted

),

-- Of several records the account speaks first, then Odoo's partner, then the latest order.
spoken as (

    select
        customer_id,
        max(match_rule) as match_rule,
        max(email) as email,
        (array_agg(customer_name order by precedence, seen_at desc, customer_record_id)
            filter (where customer_name is not null))[1] as customer_name,
        (array_agg(phone order by precedence, seen_at desc, customer_record_id)
            filter (where phone is not null))[1] as phone,
        (array_agg(city order by precedence, seen_at desc, customer_record_id)
            filter (where city is not null))[1] as city,
        (array_agg(province order by precedence, seen_at desc, customer_record_id)
            filter (where province is not null))[1] as province,
        (array_agg(country order by precedence, seen_at desc, customer_record_id)
            filter (where country is not null))[1] as country,
        min(customer_id_woocommerce) filter (where precedence = 1) as customer_id_woocommerce,
        min(partner_id_odoo) as partner_id_odoo,
        count(*) filter (where precedence = 1) as web_account_count,
        count(*) filter (where precedence = 2) as odoo_partner_count,
        count(*) filter (where precedence = 3) as web_order_count,
        min(seen_at) as first_seen_at
    from records
    group by customer_id

),

final as (

    select
        customer_id,
        match_rule,
        email,
        customer_name,
        phone,
        city,
        province,
        country,
        customer_id_woocommerce,
        partner_id_odoo,
        web_account_count,
        odoo_partner_count,
        web_order_count,
        web_account_count = 0 and odoo_partner_count = 0 as is_guest,
        first_seen_at,
        {{ var("build_id") }}::bigint as build_id
    from spoken

)

select * from final
