{#- Text of the shop, without blanks around it; null where there is none. -#}
{% macro as_text(expression) -%}nullif(btrim({{ expression }}), ''){%- endmacro %}

{#- The value of a record's meta data under the first of these names that it has, whatever their case and leading '_'. -#}
{% macro shop_meta(meta_data, names) -%}
    (
        select min(meta.entry ->> 'value')
        from jsonb_array_elements({{ json_list(meta_data) }}) as meta (entry)
        where
            lower(ltrim(meta.entry ->> 'key', '_')) in ('{{ names | join("', '") }}')
            and jsonb_typeof(meta.entry -> 'value') in ('string', 'number')
    )
{%- endmacro %}
