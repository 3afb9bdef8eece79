{#- var(), with the three that change with every build taken from the environment where they stand there: COUNTERFLOW_BUILD_ID,
    COUNTERFLOW_SINCE_BUILD, COUNTERFLOW_SINCE_VERSION. dbt parses the whole project again when --vars change, which would cost
    every build seconds; what is read at execution costs nothing. On the command line --vars work as ever. -#}
{% macro var(name, default=none) %}
    {%- set given = "" -%}
    {%- if execute and name in ("build_id", "since_build", "since_version") -%}
        {%- set given = env_var("COUNTERFLOW_" ~ name | upper, "") -%}
    {%- endif -%}
    {% do return(given or builtins.var(name, default)) %}
{% endmacro %}
