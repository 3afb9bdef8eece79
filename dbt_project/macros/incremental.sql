{#- Exact, flat increments: a build replaces the rows of changed keys, so that rows which vanished from the source vanish here.

    staging        reads raw rows with version > since_version, and replaces rows by their key
    <grain>_changed  a table, written anew by every build: the keys whose inputs have build_id > since_build
    everything else  selects the keys in its changed set when is_incremental(), and replaces those

    A model's configuration:
        unique_key           the column whose values are replaced
        meta: {changed: m}   the changed set: every value of unique_key in model m's rows of this build
                             (absent: only the values among the new rows) -#}

{% macro get_incremental_replace_changed_sql(arg_dict) %}
    {%- set target = arg_dict["target_relation"] -%}
    {%- set new_rows = arg_dict["temp_relation"] -%}
    {%- set key = arg_dict["unique_key"] -%}
    {%- set changed = (config.get("meta") or {}).get("changed") -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    {%- if not key -%}
        {%- do exceptions.raise_compiler_error("replace_changed needs a unique_key: " ~ target) -%}
    {%- endif %}

    analyze {{ new_rows }};

    delete from {{ target }} as old
    using (
        select {{ key }} from {{ new_rows }}
        {% if changed %}
        union
        select {{ key }} from {{ ref(changed) }} where build_id = {{ var("build_id") }}
        {% endif %}
    ) as replaced
    where old.{{ key }} = replaced.{{ key }};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ new_rows }};
{% endmacro %}

{#- where clause of a staging model: only the raw rows that are new to this build -#}
{% macro where_new(column="version") -%}
    {%- if is_incremental() %}where {{ column }} > {{ var("since_version") }}{% endif -%}
{%- endmacro %}

{#- where clause of everything downstream: only the keys in the changed set (its column: changed_key, if named otherwise) -#}
{% macro where_changed(key, changed_model, changed_key=none) -%}
    {#- Named outside the condition: dbt reads a model's dependencies with is_incremental() false. -#}
    {%- set changed = ref(changed_model) -%}
    {%- if is_incremental() -%}
        where {{ key }} in (select {{ changed_key or key.split(".") | last }} from {{ changed }})
    {%- else -%}
        where true
    {%- endif -%}
{%- endmacro %}

{#- condition of a changed set on its inputs: rows that are new since the last build that succeeded -#}
{% macro is_new(build_column="build_id") -%}
    {{ build_column }} > {{ var("since_build") }}
{%- endmacro %}

{#- A model's table as the last build left it, or none before there is one: for changed sets that depend on what stood there.
    Not a ref: the model itself is built later, from that changed set. -#}
{% macro as_it_stands(layer, name) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {% do return(adapter.get_relation(target.database, layer, name)) %}
    {%- endif -%}
{%- endmacro %}

{#- pre-hook of every model: an increment looks at a few keys of tables of any size, and is to cost the same whatever their size.
    A scan is chosen only where no index serves. -#}
{% macro read_by_index() -%}
    {%- if model.config.materialized != "view" and not flags.FULL_REFRESH and load_relation(this) is not none -%}
        set local enable_seqscan = off; set local random_page_cost = 1.1
    {%- endif -%}
{%- endmacro %}

{#- Statistics of a table written in one go, which the planner would otherwise have to guess. -#}
{% macro analyze_when_rebuilt() -%}
    {%- if model.config.materialized in ("table", "incremental") and not is_incremental() -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
