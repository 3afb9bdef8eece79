{#- dbt's own, without its warning about numeric columns that have no precision: money here is plain numeric, since CAD has two
    decimals, KWD three and JPY none, and a unit price has as many as it takes. -#}
{% macro postgres__get_empty_schema_sql(columns) %}
    {%- set untyped = columns.values() | rejectattr("data_type", "defined") | map(attribute="name") | list -%}
    {%- if untyped -%}
        {{ exceptions.column_type_missing(column_names=untyped) }}
    {%- endif -%}
    select
    {%- for column in columns.values() %}
        cast(null as {{ column["data_type"] }}) as {{ column["name"] }}{{ "," if not loop.last }}
    {%- endfor %}
{% endmacro %}
