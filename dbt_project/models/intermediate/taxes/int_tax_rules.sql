{{ config(
    unique_key="rules_id",
    indexes=[{"columns": ["rules_id"], "unique": true}],
) }}

-- Everything that taxes are computed by, as one hash. Written anew only when it changed, so that build_id says when every order
-- must be looked at again.
with rules as (

    select concat_ws('|', 'rate', province, tax, tax_rate, valid_from, valid_to) as rule
    from {{ ref("tax_rates") }}

    union all

    select concat_ws('|', 'class', product_class, tax, province, treatment, valid_from, valid_to) as rule
    from {{ ref("tax_classes") }}

    union all

    select concat_ws('|', 'registration', province, tax, registered_from, registered_to) as rule
    from {{ ref("stg_settings__tax_registrations") }}

    union all

    select concat_ws('|', 'source class', source_class, product_class) as rule
    from {{ ref("stg_settings__tax_classes") }}

    union all

    select concat_ws('|', list, value) as rule
    from {{ ref("stg_settings__lists") }}
    where list in ('exempt_customer', 'gift_card_sku', 'tip_name')

),

hashed as (

    select
        'rules' as rules_id,
        md5(string_agg(rule, chr(10) order by rule)) as rules_hash
    from rules

)

select
    rules_id,
    rules_hash,
    {{ var("build_id") }}::bigint as build_id
from hashed
{% if is_incremental() %}
    where rules_hash not in (select before.rules_hash from {{ this }} as before)
{% endif %}
