{#- Whether the address of `contacts` is a post office box, in either line. -#}
{% macro is_post_office_box(contacts) -%}
    concat_ws(' ', {{ contacts }}.delivery_street, {{ contacts }}.delivery_street_2)
    ~* '\m(p\.?\s?o\.?\s?box|post office box|c\.?p\.?\s?[0-9]+|case postale)\M'
{%- endmacro %}
