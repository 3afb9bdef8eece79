{#- What is searched for, as it is compared: no accents, case, blanks or punctuation (portal/staff/search.py: the same). -#}
{% macro search_term(expression) -%}
    left(
        regexp_replace(lower(normalize({{ expression }}, NFKD)), '[\u0300-\u036f[:space:][:punct:]\u2010-\u201f]', '', 'g'), 200
    )
{%- endmacro %}

{#- How a SKU of the shop is compared: as the one that staff say it is in Odoo, else as itself. -#}
{% macro mapped_sku_key(mapped, sku) -%}
    {{ sku_key("coalesce(" ~ mapped ~ ", " ~ sku ~ ")") }}
{%- endmacro %}
