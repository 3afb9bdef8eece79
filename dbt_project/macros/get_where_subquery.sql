{#- What a data test looks at: `where: this_build` means this build's rows, or every row with --vars 'all_rows: true'.
    The name is dbt's own: it calls this for every test with a `where`. -#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get("where") -%}
    {%- if not where or (where == "this_build" and var("all_rows")) -%}
        {{ relation }}
    {%- elif where == "this_build" -%}
        (select * from {{ relation }} where build_id = {{ var("build_id") }}) as checked
    {%- else -%}
        (select * from {{ relation }} where {{ where }}) as checked
    {%- endif -%}
{%- endmacro %}
