{#- dbt's own materializations, without what they ask the database again for every model: an hour's build is
    hundreds of small statements. What they do at first, and in a full refresh, stays dbt's; grants are given then, and stay. -#}

{#- An increment: new rows into a temporary table, new columns into the table, and macros/incremental.sql to replace rows. -#}
{% materialization incremental, adapter="postgres" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or not existing.is_table or should_full_refresh() -%}
        {% do return(materialization_incremental_default()) %}
    {%- endif -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- set new_rows = make_temp_relation(target) -%}
    {%- set replace = adapter.get_incremental_strategy_macro(context, config.get("incremental_strategy")) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do run_query(get_create_table_as_sql(True, new_rows, sql)) -%}
    {%- set columns = columns_of_both(new_rows, target).columns -%}
    {%- set given = {"target_relation": target, "temp_relation": new_rows, "dest_columns": columns} -%}
    {% call statement("main") %}
        {{ replace(dict(given, unique_key=config.get("unique_key"), incremental_predicates=none)) }}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- A table that is written anew: emptied and filled while its columns are the same, so that its indexes and the views
    over it stay (dbt's own would drop those with the table). -#}
{% materialization table, adapter="postgres" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or not existing.is_table or should_full_refresh() -%}
        {% do return(materialization_table_default()) %}
    {%- endif -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- set new_rows = make_temp_relation(target) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do run_query(get_create_table_as_sql(True, new_rows, sql)) -%}
    {%- if not columns_of_both(new_rows, target).are_same -%}
        {% do return(materialization_table_default()) %}
    {%- endif -%}
    {% call statement("main") %}
        truncate {{ target }};
        insert into {{ target }} select * from {{ new_rows }}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- A view: replaced where PostgreSQL can, which keeps what rests on it; made anew where its columns are others. -#}
{% materialization view, adapter="postgres" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or not existing.is_view -%}
        {% do return(materialization_view_default()) %}
    {%- endif -%}
    {%- set target = this.incorporate(type="view") -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") %}
        do $replace$
        begin
            create or replace view {{ target }} as {{ sql }};
        exception when invalid_table_definition then
            drop view {{ target }} cascade;
            create view {{ target }} as {{ sql }};
        end
        $replace$
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{#- The columns of the new rows, each with its name; a column that the table lacks is added to it where rows are replaced in it.
    are_same: names, types and order are alike in both. -#}
{% macro columns_of_both(new_rows, target) %}
    {%- set query %}
        select json_build_object(
            'columns', json_agg(json_build_object('name', attname) order by attnum),
            'lacks', json_agg(quote_ident(attname) || ' ' || type) filter (where not is_there),
            'are_same', string_agg(attname || type, ',' order by attnum) = (
                select string_agg(attname || format_type(atttypid, atttypmod), ',' order by attnum)
                from pg_attribute where attrelid = '{{ target }}'::regclass and attnum > 0 and not attisdropped
            )
        )::text as found
        from (
            select
                attname,
                attnum,
                format_type(atttypid, atttypmod) as type,
                attname in (
                    select attname from pg_attribute where attrelid = '{{ target }}'::regclass and not attisdropped
                ) as is_there
            from pg_attribute where attrelid = '{{ new_rows }}'::regclass and attnum > 0 and not attisdropped
        ) as new_columns
    {%- endset %}
    {%- set found = fromjson(run_query(query).rows[0]["found"]) -%}
    {%- if found.lacks and model.config.materialized == "incremental" -%}
        {%- do run_query("alter table " ~ target ~ " add column " ~ found.lacks | join(", add column ")) -%}
    {%- endif -%}
    {% do return(found) %}
{% endmacro %}
