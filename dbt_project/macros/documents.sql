{#- An address as a document's payload carries it; `party` is billing or delivery, columns those of order_contacts. -#}
{% macro address_json(contacts, party) -%}
    jsonb_build_object(
        'name', {{ contacts }}.{{ party }}_name,
        'company', {{ contacts }}.{{ party }}_company,
        'street', {{ contacts }}.{{ party }}_street,
        'street_2', {{ contacts }}.{{ party }}_street_2,
        'city', {{ contacts }}.{{ party }}_city,
        'province', {{ contacts }}.{{ party }}_province,
        'postal_code', {{ contacts }}.{{ party }}_postal_code,
        'country', {{ contacts }}.{{ party }}_country
    )
{%- endmacro %}

{#- The business as a document's payload carries it. -#}
{% macro seller_json(business) -%}
    jsonb_build_object(
        'name', {{ business }}.business_name,
        'legal_name', {{ business }}.legal_name,
        'street', {{ business }}.street,
        'city', {{ business }}.city,
        'province', {{ business }}.province,
        'postal_code', {{ business }}.postal_code,
        'country', {{ business }}.country,
        'gst_hst_number', {{ business }}.gst_hst_number,
        'qst_number', {{ business }}.qst_number
    )
{%- endmacro %}

{#- The number under which the business is registered for a tax of a province on a day. One GST/HST registration covers every
    province, whichever of the two it is listed by. -#}
{% macro registration_number(tax, province, day, business) -%}
    coalesce(
        (
            select registrations.registration_number
            from {{ ref("stg_settings__tax_registrations") }} as registrations
            where
                registrations.tax = {{ tax }}
                and registrations.province = {{ province }}
                and registrations.registered_from <= {{ day }}
                and coalesce(registrations.registered_to, 'infinity'::date) >= {{ day }}
            order by registrations.registered_from desc
            limit 1
        ),
        case
            when {{ tax }} in ('GST', 'HST') then {{ business }}.gst_hst_number
            when {{ tax }} = 'QST' then {{ business }}.qst_number
        end
    )
{%- endmacro %}

{#- A number as a payload carries it: without needless zeros, '2' or '0.09975'. -#}
{% macro number_text(value) -%}
    trim_scale({{ value }}::numeric)::text
{%- endmacro %}
