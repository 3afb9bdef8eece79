{#- A model lives in the schema named by its layer (staging, intermediate, marts, outbound), with no prefix. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
